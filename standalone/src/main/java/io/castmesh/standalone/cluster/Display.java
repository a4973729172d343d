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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What the supervisor shows: on a terminal a table that is drawn anew each second with the latest
 * news below it, elsewhere a line for each piece of news.
 *
 * <p>A thread of its own writes: a terminal that was stopped keeps nobody else waiting.
 * Thread-safe.
 */
final class Display {
  private static final long REDRAW_MILLIS = 1_000;
  private static final long SAMPLE_MILLIS = 2_000;

  /** Lines that nobody takes; beyond, the oldest are dropped. */
  private static final int WAITING = 1_024;

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

  /**
   * To be written.
   *
   * @param prefix where there is no table
   * @param text empty: nothing, only what came before is to be written
   * @param below stays when the table has gone
   */
  private record Line(String prefix, String text, boolean below, CountDownLatch written) {
    Line(String prefix, String text, boolean below) {
      this(prefix, text, below, new CountDownLatch(1));
    }
  }

  private final PrintStream out;
  private final boolean live;
  private final ExecutorService workers = Executors.newCachedThreadPool(Display::daemon);
  private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(WAITING);
  private volatile Supervisor supervisor;
  private volatile Map<String, Vitals> vitals = Map.of();
  private volatile Terminal terminal = Terminal.UNKNOWN;

  // Guarded by this; never held while something is written.
  private final Map<String, State> told = new HashMap<>();
  private final Map<String, Integer> deaths = new HashMap<>();

  // The writing thread's.
  private final Deque<String> news = new ArrayDeque<>();
  private int drawn;

  /**
   * @param live whether this is a terminal whose cursor can be moved
   */
  Display(PrintStream out, boolean live) {
    this.out = out;
    this.live = live;
    daemon(this::write).start();
  }

  /** From now on the table is shown, if there is a terminal. */
  void show(Supervisor shown) {
    supervisor = shown;
    if (live) {
      daemon(this::sample).start();
    }
  }

  /** A sentence of the supervisor itself. */
  void say(String sentence) {
    add(new Line("", "castmesh: " + sentence, false));
  }

  /** A sentence that stays when the table has gone, such as the last one. */
  void sayBelow(String sentence) {
    add(new Line("", "castmesh: " + sentence, true));
  }

  /** Waits until everything has been written, but not for a terminal that takes nothing. */
  void flush(Duration most) {
    Line last = new Line("", "", true);
    add(last);
    try {
      last.written().await(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void add(Line line) {
    while (!lines.offer(line)) {
      lines.poll();
    }
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
    add(new Line("castmesh: ", spec.name() + " " + line, false));
  }

  /** The table as text, with fresh figures. Blocks for some seconds at most. */
  String table() {
    Supervisor shown = supervisor;
    Map<String, Vitals> fresh = Vitals.sample(shown.all(), workers);
    return String.join("\n", Table.lines(shown.all(), fresh)) + "\n" + shown.url() + "\n";
  }

  private void sample() {
    try {
      while (true) {
        try {
          vitals = Vitals.sample(supervisor.all(), workers);
          terminal = Terminal.ask();
        } catch (RuntimeException e) {
          say("cannot tell how the processes are: " + e.getMessage());
        }
        Thread.sleep(SAMPLE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that: the thread ends with the JVM
    }
  }

  private void write() {
    try {
      while (true) {
        Line line = lines.poll(REDRAW_MILLIS, TimeUnit.MILLISECONDS);
        boolean table = live && supervisor != null;
        if (line != null) {
          write(line, table);
        }
        if (table && lines.isEmpty() && (line == null || !line.below())) {
          draw();
        }
        if (line != null) {
          line.written().countDown();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that: the thread ends with the JVM
    }
  }

  private void write(Line line, boolean table) {
    if (line.text().isEmpty()) {
      out.flush();
    } else if (table && !line.below()) {
      addNews(line.text());
    } else {
      if (table) {
        draw();
        drawn = 0;
      }
      out.println(line.prefix() + line.text());
    }
  }

  private void addNews(String line) {
    news.addLast(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + "  " + line);
    while (news.size() > NEWS) {
      news.removeFirst();
    }
  }

  /** A line that is too long or one too many would spoil the next drawing. */
  private void draw() {
    Terminal size = terminal;
    int room = size.rows() - 1;
    List<String> shownLines = new ArrayList<>(Table.lines(supervisor.all(), vitals));
    if (shownLines.size() > room) {
      int hidden = shownLines.size() - room + 1;
      shownLines.subList(room - 1, shownLines.size()).clear();
      shownLines.add("… and " + hidden + " more: ./castmesh cluster status");
    }
    List<String> latest = new ArrayList<>(news);
    int shown = Math.max(0, Math.min(latest.size(), room - shownLines.size() - 1));
    if (shown > 0) {
      shownLines.add("");
      shownLines.addAll(latest.subList(latest.size() - shown, latest.size()));
    }
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append(UP.formatted(Math.min(drawn, room)));
    }
    for (String line : shownLines) {
      text.append(coloured(size.cut(line))).append(CLEAR).append('\n');
    }
    text.append(CLEAR_BELOW);
    drawn = shownLines.size();
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
