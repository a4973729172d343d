package io.castmesh.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import org.junit.jupiter.api.Test;

/** The directions of the house, as ARCHITECTURE.md draws them. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.castmesh");

  private static final String[] SERVICES = {
    "io.castmesh.gateway..",
    "io.castmesh.room..",
    "io.castmesh.media..",
    "io.castmesh.call..",
    "io.castmesh.vod.."
  };

  @Test
  void servicesDoNotKnowEachOther() {
    slices()
        .matching("io.castmesh.(gateway|room|media|call|vod)..")
        .should()
        .notDependOnEachOther()
        .check(CLASSES);
  }

  @Test
  void theContractNeedsVertxCoreOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.castmesh.contract..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("io.castmesh.contract..", "java..", "io.vertx.core..")
        .check(CLASSES);
  }

  @Test
  void theRuntimeKnowsNoService() {
    noClasses()
        .that()
        .resideInAPackage("io.castmesh.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(SERVICES)
        .check(CLASSES);
  }

  @Test
  void theMediaNodeKnowsNothingOfOurBusiness() {
    noClasses()
        .that()
        .resideInAPackage("io.castmesh.medianode..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.castmesh.contract..", "io.castmesh.runtime..")
        .check(CLASSES);
  }

  @Test
  void theMediaEngineKnowsNoProtocolInFrontOfIt() {
    noClasses()
        .that()
        .resideInAPackage("io.castmesh.medianode.engine..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.castmesh.medianode.kurento..")
        .check(CLASSES);
  }

  @Test
  void servicesDoNotKnowWhichMediaServerAnswers() {
    noClasses()
        .that()
        .resideInAnyPackage(SERVICES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.castmesh.medianode..", "io.castmesh.embedded..")
        .check(CLASSES);
  }

  @Test
  void onlyTheRuntimeTouchesTheRawEventBus() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.castmesh.runtime..")
        .should()
        .callMethod(Vertx.class, "eventBus")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(EventBus.class)
        .check(CLASSES);
  }
}
