// PostHog with surveys, as its guide says: https://posthog.com/docs/surveys/installation. It brings surveys.js by itself.
import posthog from "posthog-js";

posthog.init("phc_bench", { api_host: location.origin, defaults: "2025-05-24", disable_session_recording: true, opt_out_useragent_filter: true });
