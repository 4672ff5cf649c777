// The stream of server-sent events for one view. The browser reconnects by itself, except after a refusal.
import { queryOf } from "./view.js";

const AGAIN_MILLISECONDS = 3000;

/** Follow `view`; `hear` has snapshot(numbers), health(strip) and link(state). Answers a function that stops. */
export function follow(view, hear) {
  let source = null;
  let timer = 0;
  const connect = () => {
    source = new EventSource(`api/live?${queryOf(view)}`);
    source.addEventListener("open", () => hear.link("live"));
    source.addEventListener("snapshot", (event) => hear.snapshot(JSON.parse(event.data)));
    source.addEventListener("health", (event) => hear.health(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      hear.link("lost");
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, AGAIN_MILLISECONDS);
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
