"""How the journeys' Chromium is started."""

_PLAIN = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: Pages of Chromium's own behind its address bar: each page of a test brings them along, and nobody sees them.
UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
#: What Playwright turns off. Of two such lists Chromium reads the last, so ours repeats it (tests/journeys/widget/test_rooms.py).
BY_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying",
    "AimEnabled", "PreconnectToSearch", "msForceBrowserSignIn", "msEdgeUpdateLaunchServicesPreferredVersion",
)  # fmt: skip

CHROMIUM_FLAGS = [*_PLAIN, f"--disable-features={','.join((*BY_PLAYWRIGHT, *UNSEEN))}"]
"""For a browser that Playwright starts."""
ALONE_FLAGS = [*_PLAIN, f"--disable-features={','.join(UNSEEN)}"]
"""For one that a test starts itself."""
