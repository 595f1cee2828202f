// Sentry with its feedback button, as its guide says: https://docs.sentry.io/platforms/javascript/user-feedback/
import { feedbackIntegration, init } from "@sentry/browser";

init({
  dsn: `${location.protocol}//key@${location.host}/1`,
  integrations: [feedbackIntegration({ colorScheme: "system" })],
});
