import { createSSRApp } from "vue";
import App from "./App.vue";

export const app = createSSRApp(App, JSON.parse(document.getElementById("given")!.textContent!));
app.mount("#app");
