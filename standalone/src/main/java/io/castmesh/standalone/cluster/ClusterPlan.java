package io.castmesh.standalone.cluster;

import io.castmesh.embedded.Child;
import io.castmesh.embedded.EmbeddedMariaDb;
import io.castmesh.embedded.EmbeddedRedis;
import io.castmesh.embedded.Place;
import io.castmesh.standalone.StandaloneConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which processes there are, with everything that each is given. The databases come first: their
 * addresses are known before anything else is started.
 */
final class ClusterPlan {
  /** A process ends within its drain deadline; this is for one that does not. */
  private static final Duration AFTER_DRAIN = Duration.ofSeconds(5);

  private static final Duration PROXY_PATIENCE = Duration.ofSeconds(3);

  private final ClusterOptions options;
  private final StandaloneConfig config;
  private final Path folder;
  private final Path logs;
  private final PortBook ports;
  private final QuickStart quickStart;
  private final Map<String, Map<String, Integer>> given = new LinkedHashMap<>();

  private ClusterPlan(ClusterOptions options, StandaloneConfig config, QuickStart quickStart)
      throws IOException {
    this.quickStart = quickStart;
    this.options = options;
    this.config = config;
    this.folder = Files.createDirectories(config.runtime().dataDir().resolve("cluster"));
    this.logs = Files.createDirectories(config.runtime().dataDir().resolve("logs"));
    this.ports = PortBook.from(options.portsFrom(), config.runtime().dataDir());
  }

  /**
   * @param databases in the order in which they are started; none when the settings name others
   * @param proxy in front of the gateways
   * @param services our own processes, in the order in which they are started
   */
  record Processes(
      List<ProcessSpec> databases,
      ProcessSpec proxy,
      List<ProcessSpec> services,
      String url,
      int controlPort,
      Path folder,
      Path logs) {
    List<ProcessSpec> all() {
      return Stream.of(databases.stream(), Stream.of(proxy), services.stream())
          .flatMap(part -> part)
          .toList();
    }
  }

  /**
   * Chooses ports and makes folders; starts nothing but waits for what an earlier supervisor has
   * left behind.
   *
   * @param quickStart of our virtual machines
   * @param haproxy the program
   * @param certificate of the proxy, PEM with chain and key; empty: plain HTTP
   */
  static Processes make(
      ClusterOptions options,
      StandaloneConfig config,
      QuickStart quickStart,
      Path haproxy,
      String certificate)
      throws IOException {
    ClusterPlan plan = new ClusterPlan(options, config, quickStart);
    plan.awaitPredecessors(haproxy);
    return plan.make(haproxy, certificate);
  }

  /** They have the ports that are about to be chosen. */
  private void awaitPredecessors(Path haproxy) throws IOException {
    List<Path> folders;
    try (Stream<Path> all = Files.list(folder)) {
      folders = all.filter(Files::isDirectory).toList();
    }
    for (Path own : folders) {
      Child.awaitPredecessor(own, own.endsWith("haproxy") ? haproxy : java());
    }
  }

  private Processes make(Path haproxy, String certificate) throws IOException {
    int control = ports.take(Place.LOOPBACK);
    Map<String, Service> names = new LinkedHashMap<>();
    for (Service service : Service.values()) {
      boolean elsewhere = service == Service.MEDIA_NODE && !config.media().servers().isEmpty();
      for (int i = 1; !elsewhere && i <= options.counts().get(service); i++) {
        names.put(service.label() + "-" + i, service);
      }
    }
    List<ProcessSpec> databases = new ArrayList<>();
    Map<String, String> shared = new LinkedHashMap<>(System.getenv());
    if (config.runtime().mysqlUrl().isEmpty()) {
      databases(databases, shared);
    }
    for (Map.Entry<String, Service> entry : names.entrySet()) {
      given.put(entry.getKey(), portsOf(entry.getKey(), entry.getValue()));
    }
    shared.put("CLASSPATH", classPath());
    shared.put("CASTMESH_DATA_DIR", config.runtime().dataDir().toString());
    shared.put("CASTMESH_RECORDINGS_DIR", config.runtime().recordingsDir().toString());
    shared.put("CASTMESH_WEB_DIR", config.gateway().webDir().toString());
    shared.put("CASTMESH_TLS_ENABLED", "false"); // the proxy's business
    shared.put("CASTMESH_HTTP_TRUSTED_PROXIES", trusted());
    shared.put("CASTMESH_CLUSTER_ENABLED", "true");
    shared.put("CASTMESH_CLUSTER_DNS", "");
    shared.put("CASTMESH_CLUSTER_MEMBERS", members(names));
    if (options.tls() && !config.runtime().cluster().tls().enabled()) {
      shared.putAll(MeshCertificate.make(folder.resolve("mesh")));
    }
    if (config.media().servers().isEmpty()) {
      shared.put("CASTMESH_KURENTO_URLS", mediaServers(names));
    }
    List<ProcessSpec> services = new ArrayList<>();
    for (Map.Entry<String, Service> entry : names.entrySet()) {
      services.add(service(entry.getKey(), entry.getValue(), shared));
    }
    int port = options.port() == 0 ? config.gateway().port() : options.port();
    ProcessSpec proxy = proxy(haproxy, certificate, port, names);
    String scheme = certificate.isEmpty() ? "http" : "https";
    String url = scheme + "://localhost:" + port;
    return new Processes(databases, proxy, services, url, control, folder, logs);
  }

  private void databases(List<ProcessSpec> databases, Map<String, String> shared)
      throws IOException {
    Path data = config.runtime().dataDir();
    Place mariaDb = new Place(data, options.bind(), ports.take(options.bind()), log("mariadb"));
    Place redis = new Place(data, options.bind(), ports.take(options.bind()), log("redis"));
    shared.put("CASTMESH_MYSQL_URL", EmbeddedMariaDb.url(mariaDb));
    shared.put("CASTMESH_REDIS_URL", EmbeddedRedis.url(redis));
    databases.add(database("redis", redis, () -> EmbeddedRedis.start(redis)));
    databases.add(database("mariadb", mariaDb, () -> EmbeddedMariaDb.start(mariaDb)));
  }

  private static ProcessSpec database(String name, Place place, Program.Database database) {
    Program program = Program.database(database);
    Map<String, Integer> port = Map.of("database", place.port());
    return new ProcessSpec(name, name, place.host(), port, Map.of(), program, Health.ofRunning());
  }

  private Map<String, Integer> portsOf(String name, Service service) throws IOException {
    String host = options.host(name);
    Map<String, Integer> chosen = new LinkedHashMap<>();
    chosen.put("management", ports.take(host));
    if (service.clustered()) {
      chosen.put("cluster", ports.take(host));
      chosen.put("bus", ports.take(host));
    }
    if (service == Service.GATEWAY) {
      chosen.put("http", ports.take(host));
    }
    if (service == Service.MEDIA_NODE) {
      chosen.put("control", ports.take(host));
      chosen.put("media", ports.take(host));
    }
    return chosen;
  }

  private ProcessSpec service(String name, Service service, Map<String, String> shared)
      throws IOException {
    Map<String, Integer> own = given.get(name);
    String host = options.host(name);
    Map<String, String> environment = new LinkedHashMap<>(shared);
    environment.put("CASTMESH_MANAGEMENT_HOST", host);
    environment.put("CASTMESH_MANAGEMENT_PORT", own.get("management").toString());
    if (service.clustered()) {
      environment.put("CASTMESH_CLUSTER_HOST", host);
      environment.put("CASTMESH_CLUSTER_PORT", own.get("cluster").toString());
      environment.put("CASTMESH_CLUSTER_BUS_PORT", own.get("bus").toString());
    }
    switch (service) {
      case GATEWAY -> {
        environment.put("CASTMESH_HTTP_HOST", host);
        environment.put("CASTMESH_HTTP_PORT", own.get("http").toString());
      }
      case VOD -> {
        environment.put("CASTMESH_VOD_HTTP_HOST", host);
        environment.put("CASTMESH_VOD_HTTP_PORT", "0");
        environment.put("CASTMESH_VOD_ADVERTISED_HOST", "");
      }
      case MEDIA_NODE -> {
        environment.put("CASTMESH_MEDIA_NODE_CONTROL_HOST", host);
        environment.put("CASTMESH_MEDIA_NODE_CONTROL_PORT", own.get("control").toString());
        environment.put("CASTMESH_MEDIA_NODE_HOST", mediaHost(host));
        environment.put("CASTMESH_MEDIA_NODE_PORT", own.get("media").toString());
      }
      default -> {
        // nothing of their own
      }
    }
    Path ownFolder = Files.createDirectories(folder.resolve(name));
    List<String> command = new ArrayList<>(options.wrap(name));
    command.add(java().toString());
    command.add("-Dcastmesh.process=" + ownFolder);
    command.addAll(service.javaOptions());
    command.addAll(quickStart.javaOptions(service, name.endsWith("-1")));
    String more = System.getenv().getOrDefault("CASTMESH_JAVA_OPTS", "").trim();
    if (!more.isEmpty()) {
      command.addAll(List.of(more.split("\\s+")));
    }
    command.add(service.mainClass());
    Duration patience = config.runtime().drainDeadline().plus(AFTER_DRAIN);
    return new ProcessSpec(
        name,
        service.label(),
        host,
        own,
        Carried.by(service),
        Program.command(
            new Child.Launch(name, ownFolder, log(name), patience, environment, command)),
        Health.ofManagement(host, own.get("management")));
  }

  private ProcessSpec proxy(Path haproxy, String certificate, int port, Map<String, Service> names)
      throws IOException {
    String host = options.bind();
    int management = ports.take(host);
    List<String> binds = new ArrayList<>(List.of(config.gateway().host() + ":" + port));
    if (!Place.LOOPBACK.equals(host) && !config.gateway().host().equals("0.0.0.0")) {
      binds.add(host + ":" + port);
    }
    List<ProxyConfig.Gateway> gateways =
        names.entrySet().stream()
            .filter(entry -> entry.getValue() == Service.GATEWAY)
            .map(entry -> gateway(entry.getKey()))
            .toList();
    Path ownFolder = Files.createDirectories(folder.resolve("haproxy"));
    Path file = ownFolder.resolve("haproxy.cfg");
    Files.writeString(
        file, new ProxyConfig(binds, certificate, host + ":" + management, gateways).text());
    List<String> command = List.of(haproxy.toString(), "-db", "-f", file.toString());
    Map<String, Integer> own = Map.of("http", port, "management", management);
    return new ProcessSpec(
        "haproxy",
        "haproxy",
        host,
        own,
        Map.of("haproxy_frontend_current_sessions", "connections"),
        Program.proxy(
            new Child.Launch("haproxy", ownFolder, log("haproxy"), PROXY_PATIENCE, null, command)),
        Health.ofManagement(host, management));
  }

  private ProxyConfig.Gateway gateway(String name) {
    Map<String, Integer> own = given.get(name);
    return new ProxyConfig.Gateway(
        name, options.host(name), own.get("http"), own.get("management"));
  }

  private String members(Map<String, Service> names) {
    return String.join(
        ",",
        names.entrySet().stream()
            .filter(entry -> entry.getValue().clustered())
            .map(
                entry ->
                    options.host(entry.getKey()) + ":" + given.get(entry.getKey()).get("cluster"))
            .toList());
  }

  private String mediaServers(Map<String, Service> names) {
    return String.join(
        ",",
        names.entrySet().stream()
            .filter(entry -> entry.getValue() == Service.MEDIA_NODE)
            .map(entry -> entry.getKey())
            .map(
                name ->
                    "ws://"
                        + options.host(name)
                        + ":"
                        + given.get(name).get("control")
                        + "/kurento")
            .toList());
  }

  /** The proxy, as gateways here and elsewhere see it. */
  private String trusted() {
    List<String> trusted = new ArrayList<>(config.gateway().trustedProxies());
    trusted.add(Place.LOOPBACK);
    trusted.add(options.bind());
    return String.join(",", trusted.stream().distinct().toList());
  }

  /** Where media is received: as the settings say, else where browsers come to. */
  private String mediaHost(String host) {
    String configured = config.mediaNode().mediaHost();
    return configured.equals(Place.LOOPBACK) ? host : configured;
  }

  private Path log(String name) {
    return logs.resolve(name + ".log");
  }

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** Processes have working directories of their own. */
  static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
