package io.castmesh.standalone.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An archive of our classes that the virtual machines map instead of reading, checking and linking
 * some 8,000 classes each (class-data sharing, JEP 310): a third of the work of a start. The first
 * cluster of a build writes down which classes each service loads; the second one begins by making
 * the archive from that. Kept in the user's cache folder for each build; blocking.
 */
final class QuickStart {
  private static final String ARCHIVE = "classes.jsa";
  private static final String FAILED = "failed.log";
  private static final String PREFIX = "quick-start-";
  private static final int BUILDS_KEPT = 2;
  private static final long DUMP_SECONDS = 120;

  private final Path folder;
  private final String classPath;

  private QuickStart(Path folder, String classPath) {
    this.folder = folder;
    this.classPath = classPath;
  }

  /**
   * @param cache where the archives of several builds are kept
   */
  static QuickStart of(Path cache, String classPath) throws IOException {
    Path folder = Files.createDirectories(cache.resolve(PREFIX + fingerprint(classPath)));
    forgetOldBuilds(cache);
    return new QuickStart(folder, classPath);
  }

  /** Whether {@link #make} has something to do. */
  boolean canBeMade() {
    return !Files.exists(folder.resolve(ARCHIVE))
        && !Files.exists(folder.resolve(FAILED))
        && Stream.of(Service.values()).allMatch(service -> Files.exists(list(service)));
  }

  /** Makes the archive; without it everything works as well, only slower. */
  void make() throws IOException, InterruptedException {
    Path merged = folder.resolve("classes.list");
    Set<String> classes = new LinkedHashSet<>();
    for (Service service : Service.values()) {
      for (String line : Files.readAllLines(list(service))) {
        // Those of other class loaders have numbers that mean something in their own list only.
        if (!line.contains(" source:") && !line.startsWith("#")) {
          classes.add(line.replaceAll(" id: \\d+.*", ""));
        }
      }
    }
    Files.write(merged, classes);
    Path half = folder.resolve(ARCHIVE + "." + ProcessHandle.current().pid());
    Path log = folder.resolve("make.log");
    ProcessBuilder dump =
        new ProcessBuilder(
                ClusterPlan.java().toString(),
                "-Xshare:dump",
                "-Xmx512m",
                "-XX:SharedClassListFile=" + merged,
                "-XX:SharedArchiveFile=" + half)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    dump.environment().put("CLASSPATH", classPath);
    Process process = dump.start();
    boolean ended = process.waitFor(DUMP_SECONDS, TimeUnit.SECONDS);
    if (ended && process.exitValue() == 0 && Files.exists(half)) {
      Files.move(half, folder.resolve(ARCHIVE), StandardCopyOption.ATOMIC_MOVE);
    } else {
      process.destroyForcibly();
      Files.deleteIfExists(half);
      Files.move(log, folder.resolve(FAILED), StandardCopyOption.REPLACE_EXISTING); // once
    }
  }

  /**
   * What a virtual machine is told.
   *
   * @param first whether it is the first process of its service: it writes the list
   */
  List<String> javaOptions(Service service, boolean first) {
    if (Files.exists(folder.resolve(ARCHIVE))) {
      return List.of("-XX:SharedArchiveFile=" + folder.resolve(ARCHIVE), "-Xshare:auto");
    }
    return first && !Files.exists(folder.resolve(FAILED))
        ? List.of("-XX:DumpLoadedClassList=" + list(service))
        : List.of();
  }

  private Path list(Service service) {
    return folder.resolve(service.label() + ".list");
  }

  /** Of the virtual machine and of every file on the class path. */
  private static String fingerprint(String classPath) throws IOException {
    StringBuilder all = new StringBuilder(System.getProperty("java.vm.version"));
    for (String entry : classPath.split(File.pathSeparator)) {
      File file = new File(entry);
      all.append('\n').append(entry).append(' ').append(file.length());
      all.append(' ').append(file.lastModified());
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(all.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }

  /** Running virtual machines keep what they have mapped. */
  private static void forgetOldBuilds(Path cache) throws IOException {
    List<File> builds = new ArrayList<>();
    File[] found = cache.toFile().listFiles((parent, name) -> name.startsWith(PREFIX));
    if (found != null) {
      builds.addAll(List.of(found));
    }
    builds.sort(Comparator.comparingLong(File::lastModified).reversed());
    for (File old : builds.subList(Math.min(BUILDS_KEPT, builds.size()), builds.size())) {
      File[] files = old.listFiles();
      if (files != null) {
        for (File file : files) {
          Files.deleteIfExists(file.toPath());
        }
      }
      Files.deleteIfExists(old.toPath());
    }
  }
}
