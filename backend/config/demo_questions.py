"""What the sample forum asks of its threads and pictures, and the words that speak for topics, tones and names.

Written for the threads in `demo/forum/data`: words that stand in the forms of their reports and in
masked addresses, such as "add-on" or "email" alone, would speak for every thread and are left out.
"""

from collections.abc import Mapping, Sequence

TOPICS: Mapping[str, Sequence[str]] = {
    "Websites": [
        "website", "web site", "web page", "webpage", "internetsite", "page content", "webcompat", "clean profile",
        "blank page", "white page", "empty page", "blank screen", "design is broken", "page not displayed",
        "not displayed correctly", "not rendered correctly", "does not load correctly", "pages not loading",
        "rotating circle", "access denied", "missing pictures", "no pictures", "pictures are missing",
        "grey blocks", "overlapping text", "overlapping texts", "browser out of date", "unsupported browser",
        "youtube", "facebook", "cloudflare", "cookies", "unable to log in", "search field",
    ],
    "Mail and news": [
        "mail", "mails", "emails", "e-mail", "e-mails", "email message", "email messages", "email account",
        "email accounts", "email archive", "email body", "an email", "the email", "my email", "send email",
        "mailnews", "inbox", "imap", "pop3", "smtp", "newsgroup", "newsgroups", "rss", "feed", "feeds",
        "message pane", "message window", "folder pane", "junk mail", "reply", "replying", "forwarded",
        "thunderbird",
    ],
    "Composer": [
        "composer", "html editor", "hyperlink", "hyperlinks", "compose window", "mail composition", "editing",
        "spell checker", "spellchecker", "spell check",
    ],
    "Chat": ["chatzilla", "cz", "irc"],
    "Contacts and calendar": [
        "address book", "address books", "addressbook", "ldap", "contacts", "calendar", "calendars", "ical",
        "caldav", "mailing list", "mailing lists",
    ],
    "Add-ons and themes": [
        "add-ons", "an add-on", "the add-on", "my add-on", "xul add-on", "add-on manager", "add-on gone",
        "addon manager", "extension", "extensions", "plugin", "plugins", "flash", "themes", "modern theme",
        "dark theme", "gtk theme", "gtk3", "noscript", "ublock",
    ],
    "Tabs, menus and keys": [
        "new tab", "tabs", "tab bar", "bookmark", "bookmarks", "sidebar", "toolbar", "toolbars", "context menu",
        "menu bar", "menubar", "menu item", "tooltip", "tooltips", "preferences", "prefs", "pref pane", "shortcut",
        "shortcuts", "keyboard", "accesskey", "ctrl", "right-click", "location bar", "status bar", "full screen",
        "download manager", "dialog", "file picker",
    ],
    "Crashes and speed": [
        "crash", "crashes", "crashed", "crashing", "freeze", "freezes", "frozen", "hang", "hangs", "hung",
        "unresponsive", "not responding", "keeps pausing", "slow", "slowly", "performance issue",
        "performance issues", "memory", "cpu", "infinite loop", "segfault",
    ],
    "Installing and updates": [
        "install", "installer", "installing", "installation fails", "auto update", "automatic update",
        "update.locale", "updater", "upgrade", "upgraded", "upgrading", "after update", "after updating",
        "release notes", "tarball", "compile", "bundled", "packaged", "doesn't start", "does not start",
        "won't start", "doesn't open", "profile manager", "macos", "mac os sequoia", "big sur", "dmg",
    ],
    "Help and wording": [
        "help", "typo", "typos", "dead link", "dead links", "dead web", "wording", "translation", "translations",
        "localisation", "localization", "l10n", "documentation", "glossary", "accesskeys",
    ],
}  # fmt: skip

TONES: Mapping[str, Sequence[str]] = {
    "Reports a fault": [
        "does not work", "doesn't work", "do not work", "don't work", "not working", "no longer works",
        "works no more", "is broken", "broken", "missing", "crash", "crashes", "crashed", "fails", "fails to",
        "failed", "failure", "wrong", "error", "cannot", "can't", "can not", "unable", "impossible", "not possible",
        "not displayed", "not loaded", "not shown", "not rendered", "blank page", "empty page", "freezes", "stuck",
        "dead link", "dead links", "regression", "does not load", "doesn't load", "not loading", "incorrect",
        "invalid", "disappears",
    ],
    "Asks for help": [
        "how do i", "how can i", "how to fix", "is there a way", "is there any way", "is there a workaround",
        "any idea", "any ideas", "any help", "please help", "help me", "can anyone", "can somebody",
        "what can i do", "what should i do", "why does", "why is", "thank you", "thanks", "i don't know",
        "i do not know", "i have tried", "i've tried", "i am not sure", "i'm not sure", "hello",
    ],
    "Wishes for something": [
        "please add", "please support", "add support", "support for", "would be nice", "would be good",
        "would be better", "would be great", "would be helpful", "would be useful", "would like", "it would",
        "feature request", "enhancement", "suggestion", "suggest", "i wish", "i want", "i need", "allow users",
        "make it possible", "should support", "should be possible", "consider", "rfe", "provide", "expose",
        "option to", "ability to", "improve", "optimize",
    ],
    "Plans a change": [
        "at the moment", "we need to", "need to port", "needs to be", "port bug", "able to remove",
        "should be removed", "should be replaced", "should be updated", "we should", "migrate", "rename", "renamed",
        "replace", "replaced", "remove", "stop using", "stop hard-coding", "clean up", "cleanup", "switch to",
        "obsolete", "leftover", "unused", "tidy", "convert", "deprecated", "follow-up", "whilst",
        "changes from bug", "after bug", "drop", "fix", "update", "patch",
    ],
}  # fmt: skip

NAMES: Mapping[str, Sequence[str]] = {
    "Product": [
        r"/(?:SeaMonkey|Firefox|Thunderbird|Chrome|Chromium|Lightning|ChatZilla)(?: \d+(?:\.\d+)+)?/",
        "composer", "address book",
    ],
    "System": [
        r"/Windows (?:\d+|XP|Vista)/", r"/(?:Ubuntu|Debian|Fedora|macOS|FreeBSD)(?: \d+(?:\.\d+)*)?/",
        "linux", "android",
    ],
    "Shortcut": [r"/(?:Ctrl|Alt|Shift|Cmd)(?: ?\+ ?(?:Ctrl|Alt|Shift|Cmd|F\d{1,2}|[A-Z]\w*))+/"],
}  # fmt: skip
"""Words and patterns for the names that stand in posts."""

CONTROLS = ("Button", "Menu", "Field")
