package io.castmesh.testing;

import io.castmesh.runtime.Launcher;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.store.Stores;
import io.vertx.core.VerticleBase;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class a mesh on real, empty databases: {@code @ExtendWith(TestMesh.class)}, then
 * take a {@link Mesh} or a {@link TestMesh} as a parameter of any method. Everything deployed is
 * stopped after the last test of the class.
 *
 * <p>Blocking; belongs on the test's thread.
 */
public final class TestMesh implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TestMesh.class);
  private static final Duration STOP = Duration.ofSeconds(60);

  private Launcher launcher;
  private Path dataDir;
  private Map<String, String> environment;

  public Mesh mesh() {
    return launcher.mesh();
  }

  /** Deploys a service and waits until it is ready. */
  public TestMesh deploy(VerticleBase verticle) {
    launcher.deploy(verticle);
    return this;
  }

  /** An empty folder of this class alone. */
  public Path dataDir() {
    return dataDir;
  }

  /** Processes of a cluster on the same databases; to be closed by the test. */
  public TestCluster cluster() {
    return new TestCluster(this);
  }

  /** The same mesh with its MySQL at another address; the connections end with it. */
  public Mesh withMysql(String url) {
    Mesh mesh = mesh();
    RuntimeConfig config = RuntimeConfig.read(settings(Map.of("CASTMESH_MYSQL_URL", url)));
    Pool mysql = Stores.mysql(mesh.vertx(), config);
    mesh.lifecycle().onStop("MySQL at another address", mysql::close);
    return new Mesh(
        mesh.vertx(),
        mesh.node(),
        config,
        mesh.bus(),
        mesh.clients(),
        mesh.peers(),
        mysql,
        mesh.redis(),
        mesh.lifecycle(),
        mesh.management(),
        mesh.freeze(),
        mesh.metrics(),
        mesh.tracing());
  }

  /** The same as variables, for processes of their own. */
  public Map<String, String> environment() {
    return environment;
  }

  /** Settings as an operator would give them, for the configuration records of services. */
  public Settings settings(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(more);
    return Settings.load(all);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    TestStores stores =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(TestStores.class, key -> TestStores.start(), TestStores.class);
    stores.empty();
    dataDir = stores.freshFolder();
    environment =
        Map.of(
            "CASTMESH_DATA_DIR",
            dataDir.toString(),
            "CASTMESH_MANAGEMENT_PORT",
            "0",
            "CASTMESH_MYSQL_URL",
            stores.mysqlUrl(),
            "CASTMESH_REDIS_URL",
            stores.redisUrl(),
            "CASTMESH_MYSQL_POOL_SIZE",
            "4",
            "CASTMESH_REDIS_POOL_SIZE",
            "4");
    RuntimeConfig config = RuntimeConfig.read(settings(Map.of()));
    launcher = Launcher.start("test", config, new Lifecycle());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (launcher != null && !launcher.mesh().lifecycle().drain(STOP)) {
      throw new AssertionError("something did not stop within " + STOP.toSeconds() + " s: see log");
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Mesh.class || type == TestMesh.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Mesh.class ? mesh() : this;
  }
}
