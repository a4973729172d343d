package io.castmesh.vod;

import static io.castmesh.testing.Eventually.await;

import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.store.Stores;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;

/** The table of videos can be read and not be written, as while it is dumped, until closed. */
final class LockedTable implements AutoCloseable {
  private final Pool pool;
  private final SqlConnection connection;

  LockedTable(Mesh mesh) {
    pool = Stores.mysql(mesh.vertx(), mesh.config());
    connection = await(pool.getConnection());
    await(connection.query("LOCK TABLES videos READ").execute());
  }

  @Override
  public void close() {
    await(connection.query("UNLOCK TABLES").execute());
    await(connection.close());
    await(pool.close());
  }
}
