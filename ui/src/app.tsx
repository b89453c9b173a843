import { Announcer } from "./pane/announcer";
import { Banner } from "./pane/banner";
import { ChartPane } from "./pane/chart";
import { Confirm } from "./pane/confirm";
import { Help } from "./pane/help";
import { LadderPane } from "./pane/ladder";
import { MatrixPane } from "./pane/matrix";
import { Selector } from "./pane/selector";
import { Tables } from "./pane/tables";
import { Ticket } from "./pane/ticket";
import { TopBar } from "./pane/topbar";
import { allStale } from "./state/live";

export function App() {
  return (
    <div class={allStale.value ? "page stale" : "page"}>
      <TopBar />
      <Banner />
      <Selector />
      <main class="desk">
        <MatrixPane />
        <ChartPane />
        <LadderPane />
        <Ticket />
        <Tables />
      </main>
      <Confirm />
      <Help />
      <Announcer />
    </div>
  );
}
