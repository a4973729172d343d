package io.castmesh.medianode.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The engine's layers point down, and its protocol objects own neither sockets nor clocks. */
@AnalyzeClasses(
    packages = "io.castmesh.medianode.engine",
    importOptions = ImportOption.DoNotIncludeTests.class)
class EngineLayersTest {
  private static final String ENGINE = "io.castmesh.medianode.engine.";
  private static final String[] PROTOCOLS = {
    ENGINE + "stun..",
    ENGINE + "ice..",
    ENGINE + "srtp..",
    ENGINE + "rtp..",
    ENGINE + "rtcp..",
    ENGINE + "webm.."
  };

  @ArchTest
  static final ArchRule noPackageNeedsWhatNeedsIt =
      slices().matching("io.castmesh.medianode.engine.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule protocolsKnowNothingOfTheEngineAroundThem =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOLS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ENGINE + "loop..", ENGINE + "track..", ENGINE + "rtc..", ENGINE + "record..");

  @ArchTest
  static final ArchRule onlyTheLoopHasSockets =
      noClasses()
          .that()
          .resideOutsideOfPackage(ENGINE + "loop..")
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.(net\\.Datagram.*|nio\\.channels\\.(Datagram.*|Selector))");

  @ArchTest
  static final ArchRule protocolsAskNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOLS)
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now");

  @ArchTest
  static final ArchRule recordersAndTracksKnowNoPeers =
      noClasses()
          .that()
          .resideInAnyPackage(ENGINE + "record..", ENGINE + "track..", ENGINE + "loop..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ENGINE + "rtc..");
}
