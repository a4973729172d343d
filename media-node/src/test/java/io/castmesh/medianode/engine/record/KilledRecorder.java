package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.rtc.RtcEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of its own that records what it plays, until it is killed. */
public final class KilledRecorder {
  private KilledRecorder() {}

  /**
   * Arguments: the file to play, the file to record, its format. Prints a line per 100 ms played.
   */
  public static void main(String[] args) throws Exception {
    Path source = Path.of(args[0]);
    RtcEngine engine =
        RtcEngine.start(MediaNodeConfig.LOOPBACK.withPlayableFolders(List.of(source.getParent())));
    MediaPlayer player = engine.createPlayer("player", source, new MediaPlayer.Listener() {});
    MediaRecorder recorder =
        engine.createRecorder(
            "recorder",
            Path.of(args[1]),
            MediaRecorder.Format.valueOf(args[2]),
            new MediaRecorder.Listener() {});
    for (MediaKind kind : MediaKind.values()) {
      player.connect(recorder, kind);
    }
    recorder.record().toCompletableFuture().get(60, TimeUnit.SECONDS);
    player.play();
    while (true) {
      System.out.println(
          "played " + player.position().toCompletableFuture().get(60, TimeUnit.SECONDS));
      Thread.sleep(100);
    }
  }
}
