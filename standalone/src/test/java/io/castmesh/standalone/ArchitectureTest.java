package io.castmesh.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;

/** The directions of the house, as ARCHITECTURE.md draws them. */
@AnalyzeClasses(packages = "io.castmesh", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] SERVICES = {
    "io.castmesh.gateway..",
    "io.castmesh.room..",
    "io.castmesh.media..",
    "io.castmesh.call..",
    "io.castmesh.vod.."
  };

  @ArchTest
  static final ArchRule servicesDoNotKnowEachOther =
      slices()
          .matching("io.castmesh.(gateway|room|media|call|vod)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule theContractNeedsVertxCoreOnly =
      noClasses()
          .that()
          .resideInAPackage("io.castmesh.contract..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.castmesh.contract..", "java..", "io.vertx.core..");

  @ArchTest
  static final ArchRule theRuntimeKnowsNoService =
      noClasses()
          .that()
          .resideInAPackage("io.castmesh.runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SERVICES);

  @ArchTest
  static final ArchRule theMediaNodeKnowsNothingOfOurBusiness =
      noClasses()
          .that()
          .resideInAPackage("io.castmesh.medianode..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.castmesh.contract..", "io.castmesh.runtime..");

  @ArchTest
  static final ArchRule theMediaEngineKnowsNoProtocolInFrontOfIt =
      noClasses()
          .that()
          .resideInAPackage("io.castmesh.medianode.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.castmesh.medianode.kurento..");

  @ArchTest
  static final ArchRule servicesDoNotKnowWhichMediaServerAnswers =
      noClasses()
          .that()
          .resideInAnyPackage(SERVICES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.castmesh.medianode..", "io.castmesh.embedded..");

  @ArchTest
  static final ArchRule onlyTheRuntimeTouchesTheRawEventBus =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.castmesh.runtime..")
          .should()
          .callMethod(Vertx.class, "eventBus")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(EventBus.class);
}
