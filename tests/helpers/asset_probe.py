"""Synthesizes one StartLaunch with the cdk_evidently of a given folder, and prints template and asset as JSON.

A script, because a process can import one copy of the library only:
`python asset_probe.py SITE_FOLDER OUTPUT_FOLDER`. SITE_FOLDER is an import root, or holds a `.pth` file that names one.
"""

import hashlib
import json
import site
import sys
from pathlib import Path


def main(site_folder: Path, output: Path) -> None:
    """Print the library's file, the template, and the files of the staged asset with their digests."""
    # The virtual environment has the checkout on its path, which would come before the given folder.
    sys.path[:] = [entry for entry in sys.path if not (Path(entry) / "cdk_evidently").is_dir()]
    site.addsitedir(str(site_folder))

    import aws_cdk as cdk  # noqa: PLC0415, after the path is set

    import cdk_evidently  # noqa: PLC0415, after the path is set

    app = cdk.App(outdir=str(output))
    stack = cdk.Stack(app, "Release")
    cdk_evidently.StartLaunch(
        stack,
        "Start",
        project="petfood",
        launch="upsell",
        endpoint=cdk_evidently.EvidentlyEndpoint.from_url("https://evidently.example.com"),
    )
    template = app.synth().get_stack_by_name("Release").template
    (asset,) = output.glob("asset.*")
    digests = {
        path.relative_to(asset).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(asset.rglob("*"))
        if path.is_file()
    }
    module = str(Path(str(cdk_evidently.__file__)).resolve())
    print(json.dumps({"module": module, "asset": asset.name, "files": digests, "template": template}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
