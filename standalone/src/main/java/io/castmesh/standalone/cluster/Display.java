package io.castmesh.standalone.cluster;

import io.castmesh.standalone.cluster.Supervised.State;
import io.castmesh.standalone.cluster.Supervised.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What the supervisor shows: on a terminal a table that is drawn anew each second with the latest
 * news below it, elsewhere a line for each piece of news. Thread-safe.
 */
final class Display {
  private static final long REDRAW_MILLIS = 1_000;
  private static final int SAMPLE_EVERY = 2;
  private static final int NEWS = 6;
  private static final int LOUD_DEATHS = 5;
  private static final String UP = "\u001b[%dA";
  private static final String CLEAR = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";

  private static final Map<State, String> COLOURS = new EnumMap<>(State.class);

  static {
    COLOURS.put(State.READY, "\u001b[32m");
    COLOURS.put(State.STARTING, "\u001b[36m");
    COLOURS.put(State.UNREADY, "\u001b[33m");
    COLOURS.put(State.DRAINING, "\u001b[33m");
    COLOURS.put(State.RESTARTING, "\u001b[31m");
    COLOURS.put(State.DOWN, "\u001b[2m");
  }

  private static final String PLAIN = "\u001b[0m";

  private final PrintStream out;
  private final boolean live;
  private final ExecutorService workers = Executors.newCachedThreadPool(Display::daemon);

  // Guarded by this.
  private final Deque<String> news = new ArrayDeque<>();
  private final Map<String, State> told = new HashMap<>();
  private final Map<String, Integer> deaths = new HashMap<>();
  private Supervisor supervisor;
  private Map<String, Vitals> vitals = Map.of();
  private Terminal terminal = Terminal.UNKNOWN;
  private int drawn;

  /**
   * @param live whether this is a terminal whose cursor can be moved
   */
  Display(PrintStream out, boolean live) {
    this.out = out;
    this.live = live;
  }

  /** From now on the table is shown, if there is a terminal. */
  void show(Supervisor shown) {
    synchronized (this) {
      supervisor = shown;
    }
    if (live) {
      daemon(this::redraw).start();
    }
  }

  /** A sentence of the supervisor itself. */
  synchronized void say(String sentence) {
    String line = "castmesh: " + sentence;
    if (live && supervisor != null) {
      addNews(line);
      draw();
    } else {
      out.println(line);
    }
  }

  /** A sentence that stays when the table has gone, such as the last one. */
  synchronized void sayBelow(String sentence) {
    if (live && supervisor != null) {
      draw();
      drawn = 0;
    }
    out.println("castmesh: " + sentence);
  }

  /** News of a process; not everything is worth a line. */
  synchronized void changed(ProcessSpec spec, Status status) {
    State before = told.put(spec.name(), status.state());
    String line = null;
    switch (status.state()) {
      case READY -> {
        deaths.merge(spec.name(), 0, (old, zero) -> old >= LOUD_DEATHS ? 0 : old);
        if (before == State.UNREADY) {
          line = "is ready again";
        } else if (status.startedAt() != null) {
          long ms = Duration.between(status.startedAt(), status.since()).toMillis();
          line = "is ready pid=" + status.pid() + " ms=" + ms;
        }
      }
      case UNREADY -> line = "is not ready any more";
      case RESTARTING -> {
        int count = deaths.merge(spec.name(), 1, Integer::sum);
        if (count <= LOUD_DEATHS || count % 10 == 0) {
          line = "died and is started again: " + status.note();
        }
      }
      case DOWN -> line = before == null ? null : "is down";
      case STARTING, DRAINING -> line = null;
    }
    if (line == null) {
      return;
    }
    if (live && supervisor != null) {
      addNews(spec.name() + " " + line);
    } else {
      out.println("castmesh: " + spec.name() + " " + line);
    }
  }

  /** The table as text, with fresh figures. Blocks for some seconds at most. */
  String table() {
    Supervisor shown;
    synchronized (this) {
      shown = supervisor;
    }
    Map<String, Vitals> fresh = Vitals.sample(shown.all(), workers);
    return String.join("\n", Table.lines(shown.all(), fresh)) + "\n" + shown.url() + "\n";
  }

  private void redraw() {
    int rounds = 0;
    try {
      while (true) {
        if (rounds++ % SAMPLE_EVERY == 0) {
          Map<String, Vitals> fresh = Vitals.sample(supervisor.all(), workers);
          Terminal now = Terminal.ask();
          synchronized (this) {
            vitals = fresh;
            terminal = now;
          }
        }
        synchronized (this) {
          draw();
        }
        Thread.sleep(REDRAW_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that: the thread ends with the JVM
    }
  }

  private void addNews(String line) {
    news.addLast(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + "  " + line);
    while (news.size() > NEWS) {
      news.removeFirst();
    }
  }

  /** Holding the monitor. A line that is too long or one too many would spoil the next drawing. */
  private void draw() {
    int room = terminal.rows() - 1;
    List<String> lines = new ArrayList<>(Table.lines(supervisor.all(), vitals));
    if (lines.size() > room) {
      int hidden = lines.size() - room + 1;
      lines.subList(room - 1, lines.size()).clear();
      lines.add("… and " + hidden + " more: ./castmesh cluster status");
    }
    List<String> latest = new ArrayList<>(news);
    int shown = Math.max(0, Math.min(latest.size(), room - lines.size() - 1));
    if (shown > 0) {
      lines.add("");
      lines.addAll(latest.subList(latest.size() - shown, latest.size()));
    }
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append(UP.formatted(Math.min(drawn, room)));
    }
    for (String line : lines) {
      text.append(coloured(terminal.cut(line))).append(CLEAR).append('\n');
    }
    text.append(CLEAR_BELOW);
    drawn = lines.size();
    out.print(text);
    out.flush();
  }

  private static String coloured(String line) {
    for (Map.Entry<State, String> colour : COLOURS.entrySet()) {
      String word = "  " + colour.getKey().name().toLowerCase(Locale.ROOT) + " ";
      int at = line.indexOf(word);
      if (at >= 0) {
        int end = at + word.length();
        return line.substring(0, at)
            + colour.getValue()
            + line.substring(at, end)
            + PLAIN
            + line.substring(end);
      }
    }
    return line;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "display");
    thread.setDaemon(true);
    return thread;
  }
}
