package io.castmesh.medianode.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The engine's layers point down, and its protocol objects own neither sockets nor clocks. */
class EngineLayersTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.castmesh.medianode.engine");

  private static final String ENGINE = "io.castmesh.medianode.engine.";
  private static final String[] PROTOCOLS = {
    ENGINE + "stun..",
    ENGINE + "ice..",
    ENGINE + "srtp..",
    ENGINE + "rtp..",
    ENGINE + "codec..",
    ENGINE + "rtcp..",
    ENGINE + "codec..",
    ENGINE + "container..",
    ENGINE + "mp4..",
    ENGINE + "webm.."
  };

  @Test
  void noPackageNeedsWhatNeedsIt() {
    slices()
        .matching("io.castmesh.medianode.engine.(*)..")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @Test
  void protocolsKnowNothingOfTheEngineAroundThem() {
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOLS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ENGINE + "loop..", ENGINE + "track..", ENGINE + "rtc..", ENGINE + "record..")
        .check(CLASSES);
  }

  @Test
  void onlyTheLoopHasSockets() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ENGINE + "loop..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.(net\\.Datagram.*|nio\\.channels\\.(Datagram.*|Selector))")
        .check(CLASSES);
  }

  @Test
  void protocolsAskNoClock() {
    noClasses()
        .that()
        .resideInAnyPackage(PROTOCOLS)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void recordersAndTracksKnowNoPeers() {
    noClasses()
        .that()
        .resideInAnyPackage(ENGINE + "record..", ENGINE + "track..", ENGINE + "loop..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ENGINE + "rtc..")
        .check(CLASSES);
  }
}
