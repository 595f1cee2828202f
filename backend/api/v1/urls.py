"""Which address of version 1 leads where."""

from django.urls import path

from backend.api.v1 import desk, me, sdk, widget

urlpatterns = [
    path("w/v1/session", widget.SessionView.as_view()),
    path("w/v1/suggest", widget.SuggestView.as_view()),
    path("w/v1/events", widget.EventsView.as_view()),
    path("w/v1/search", widget.SearchView.as_view()),
    path("w/v1/read", widget.ReadView.as_view()),
    path("w/v1/me/optout", me.OptOutView.as_view()),
    path("w/v1/me/judgements", me.OwnJudgementsView.as_view()),
    path("w/v1/desk/session", desk.DeskSessionView.as_view()),
    path("w/v1/desk/next", desk.DeskNextView.as_view()),
    path("w/v1/desk/leave", desk.DeskLeaveView.as_view()),
    path("v1/items", sdk.ItemsView.as_view()),
    path("v1/items/<path:item>", sdk.ItemView.as_view()),
    path("v1/questions", sdk.QuestionsView.as_view()),
    path("v1/questions/<slug:question>", sdk.QuestionView.as_view()),
    path("v1/suggestions", sdk.SuggestionsView.as_view()),
    path("v1/exposures", sdk.ExposuresView.as_view()),
    path("v1/exposures/<uuid:exposure>", sdk.ExposureView.as_view()),
    path("v1/exposures/<uuid:exposure>/events", sdk.ExposureEventsView.as_view()),
    path("v1/judgements", sdk.JudgementsView.as_view()),
    path("v1/labels", sdk.LabelsView.as_view()),
    path("v1/desk-links", desk.DeskLinksView.as_view()),
    path("v1/desk-links/<int:link>", desk.DeskLinkView.as_view()),
    path("v1/datasets", sdk.DatasetsView.as_view()),
    path("v1/datasets/<slug:dataset>", sdk.DatasetView.as_view()),
    path("v1/datasets/<slug:dataset>/versions", sdk.VersionsView.as_view()),
    path("v1/datasets/<slug:dataset>/versions/<int:number>", sdk.VersionView.as_view()),
    path("v1/datasets/<slug:dataset>/versions/<int:number>/files/<str:name>", sdk.VersionFileView.as_view()),
]
