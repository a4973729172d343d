package io.castmesh.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An image without an engine: a folder that holds what the COPY lines of a target put into the
 * image, from what Maven has built, and its entry point with the paths of that folder.
 */
final class Image {
  private final Dockerfile dockerfile;
  private final String target;
  private final Path root;

  /**
   * @param layout what docker/layout.sh has made
   * @param root a folder that stands for the image's root
   */
  Image(Dockerfile dockerfile, String target, Path layout, Path root) throws IOException {
    this.dockerfile = dockerfile;
    this.target = target;
    this.root = root;
    for (Dockerfile.Copy copy : dockerfile.copies(target)) {
      Path to = inside(copy.target());
      switch (copy.from()) {
        case "" -> copy(Repository.ROOT.resolve(copy.source()), to);
        case "build" -> copy(layout.resolve(within("/image", copy)), to);
        case "web" -> {
          // Built by npm, which the tests of the services do not need.
          Path web = Repository.ROOT.resolve(within("/src", copy));
          if (Files.exists(web)) {
            copy(web, to);
          }
        }
        case "training" -> {
          // Written by the image's own virtual machine, which need not be here.
        }
        default -> throw new IOException("COPY from an unknown stage: " + copy);
      }
    }
    // What java is told names the image's own folders.
    Path start = inside("/app/start");
    String told = Files.readString(start).replace("/app/", inside("/app") + "/");
    Files.delete(start);
    Files.writeString(start, told);
  }

  private static Path within(String folder, Dockerfile.Copy copy) {
    return Path.of(folder).relativize(Path.of(copy.source()));
  }

  Path inside(String path) {
    return root.resolve(path.substring(1));
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.isRegularFile(from)) {
      Files.createDirectories(to.getParent());
      Files.createLink(to, from);
      return;
    }
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.createLink(target, each);
        }
      }
    }
  }

  /** The variables of the image, with paths in the folder. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(dockerfile.environment(target));
    environment.replaceAll((name, text) -> text.startsWith("/") ? inside(text).toString() : text);
    return environment;
  }

  /** The image's entry point, with another virtual machine in place of the image's. */
  List<String> entrypoint(Path java) {
    List<String> words = new ArrayList<>(moved(dockerfile.last(target, "ENTRYPOINT")));
    words.set(0, java.toString());
    // The image's is Java 25; an older one does not know all of its options.
    words.add(1, "-XX:+IgnoreUnrecognizedVMOptions");
    return words;
  }

  List<String> healthcheck() {
    return moved(dockerfile.last(target, "HEALTHCHECK"));
  }

  private List<String> moved(List<String> words) {
    return words.stream().map(word -> word.replace("/app/", inside("/app") + "/")).toList();
  }
}
