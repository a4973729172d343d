package io.castmesh.standalone.cluster;

import io.castmesh.standalone.cluster.Supervised.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Starts the processes of a cluster in order and stops them in reverse. Thread-safe; {@link #start}
 * and {@link #stop} block.
 */
final class Supervisor {
  /** The first start installs MariaDB; a slow machine starts two dozen programs at once. */
  private static final Duration START = Duration.ofMinutes(3);

  /** Who dies as often as this while the cluster starts will not come up. */
  private static final int HOPELESS = 3;

  private final ClusterPlan.Processes plan;
  private final Duration drain;
  private final ProcessFile file;
  private final List<Supervised> all = new ArrayList<>();
  private final Supervised proxy;
  private final List<Supervised> databases;
  private final List<Supervised> services;
  private volatile boolean stopping;

  /**
   * @param drain how long a process may take to end in order
   * @param listener told of each change, after the file has been written
   */
  Supervisor(
      ClusterPlan.Processes plan,
      Duration drain,
      ProcessFile file,
      BiConsumer<ProcessSpec, Status> listener) {
    this.plan = plan;
    this.drain = drain;
    this.file = file;
    BiConsumer<ProcessSpec, Status> changed =
        (spec, status) -> {
          file.write(all);
          listener.accept(spec, status);
        };
    this.databases = plan.databases().stream().map(s -> new Supervised(s, changed)).toList();
    this.proxy = new Supervised(plan.proxy(), changed);
    this.services = plan.services().stream().map(s -> new Supervised(s, changed)).toList();
    Stream.of(services.stream(), databases.stream(), Stream.of(proxy))
        .flatMap(part -> part)
        .forEach(all::add);
    file.write(all);
  }

  List<Supervised> all() {
    return all;
  }

  String url() {
    return plan.url();
  }

  String json() {
    return file.text(all);
  }

  Optional<Supervised> find(String name) {
    return all.stream().filter(one -> one.spec().name().equals(name)).findFirst();
  }

  /**
   * Blocks until everything is ready.
   *
   * @return empty, or which process does not come up
   */
  Optional<Supervised> start() {
    databases.forEach(Supervised::start);
    proxy.start();
    // They wait for the databases by themselves, but their virtual machines would take the
    // processor from them. Few at a time: a start keeps a processor busy for seconds.
    ExecutorService few =
        Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()));
    List<Future<Optional<Supervised>>> starts = new ArrayList<>();
    for (Supervised service : services) {
      starts.add(few.submit(() -> start(service)));
    }
    few.shutdown();
    Optional<Supervised> failed =
        Stream.concat(databases.stream(), Stream.of(proxy))
            .map(this::start)
            .flatMap(Optional::stream)
            .findFirst();
    for (Future<Optional<Supervised>> start : starts) {
      Optional<Supervised> result = get(start);
      failed = failed.isPresent() ? failed : result;
    }
    return failed;
  }

  /** In reverse: nothing new comes in, then nobody asks, then nothing is written any more. */
  void stop() {
    stopping = true;
    proxy.beginStop(drain);
    stopTogether(of(Service.GATEWAY));
    // One after the other: each hands over what it has, the last one brings it to an end.
    of(Service.MEDIA).forEach(one -> stopTogether(List.of(one)));
    stopTogether(
        Stream.of(Service.CALL, Service.VOD, Service.ROOM).flatMap(s -> of(s).stream()).toList());
    stopTogether(of(Service.MEDIA_NODE));
    proxy.awaitDown(drain.plusSeconds(10));
    stopTogether(databases);
  }

  boolean stopping() {
    return stopping;
  }

  /** Ends everything at once, without asking. */
  void force() {
    all.forEach(
        one -> {
          one.beginStop(Duration.ZERO);
          one.kill();
        });
  }

  private List<Supervised> of(Service service) {
    return services.stream().filter(one -> one.spec().service().equals(service.label())).toList();
  }

  private void stopTogether(List<Supervised> some) {
    some.forEach(one -> one.beginStop(Duration.ofSeconds(1)));
    some.forEach(one -> one.awaitDown(drain.plusSeconds(40)));
  }

  private Optional<Supervised> start(Supervised one) {
    if (stopping) {
      return Optional.empty();
    }
    one.start();
    return one.awaitReady(START, HOPELESS) || !one.wanted() ? Optional.empty() : Optional.of(one);
  }

  private static Optional<Supervised> get(Future<Optional<Supervised>> start) {
    try {
      return start.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
