"""What storage can do."""

from __future__ import annotations

import pytest

from cocalc_tui.core.provisioners import ability, forces_owner


@pytest.mark.parametrize(
    ("provisioner", "parameters", "fits"),
    [
        ("pd.csi.storage.gke.io", {}, False),
        ("filestore.csi.storage.gke.io", {"tier": "standard"}, True),
        ("ebs.csi.aws.com", {"type": "gp3"}, False),
        ("efs.csi.aws.com", {"provisioningMode": "efs-ap"}, True),
        ("disk.csi.azure.com", {}, False),
        ("file.csi.azure.com", {"skuName": "Premium_LRS"}, False),
        ("file.csi.azure.com", {"protocol": "nfs"}, True),
        ("kubernetes.io/azure-file", {}, False),
        ("k8s.io/minikube-hostpath", {}, True),
        ("kubernetes.io/host-path", {}, True),
        ("rancher.io/local-path", {}, False),
        ("cluster.local/nfs-subdir-external-provisioner", {}, True),
        ("cluster.local/nfs-server-provisioner", {}, True),
        ("nfs.csi.k8s.io", {}, True),
        ("rook-ceph.cephfs.csi.ceph.com", {}, True),
        ("rook-ceph.rbd.csi.ceph.com", {}, False),
        ("driver.longhorn.io", {}, True),
        ("driver.longhorn.io", {"migratable": "true"}, False),
        ("pxd.portworx.com", {"sharedv4": "true"}, True),
        ("pxd.portworx.com", {"repl": "3"}, False),
        ("csi.trident.netapp.io", {"backendType": "ontap-nas"}, True),
        ("csi.trident.netapp.io", {"backendType": "ontap-san"}, False),
        ("csi.trident.netapp.io", {}, None),
        ("s3.csi.aws.com", {}, False),
        ("acme.edu/scratch", {}, None),
        ("kubernetes.io/no-provisioner", {}, None),
    ],
)
def test_known_provisioners(provisioner: str, parameters: dict[str, str], fits: bool | None) -> None:
    assert ability(provisioner, parameters).fits is fits


def test_files_over_smb_are_shared_and_still_unfit() -> None:
    found = ability("file.csi.azure.com", {})
    assert found.rwx is True
    assert "owners" in found.flaw


@pytest.mark.parametrize(
    ("parameters", "forced"),
    [
        ({"provisioningMode": "efs-ap", "uid": "2001", "gid": "2001"}, False),
        ({"provisioningMode": "efs-ap", "uid": "1000", "gid": "1000"}, True),
        ({"provisioningMode": "efs-ap"}, True),
        ({}, False),
    ],
)
def test_access_points_of_efs_force_an_owner(parameters: dict[str, str], forced: bool) -> None:
    assert bool(forces_owner("efs.csi.aws.com", parameters)) is forced
    assert bool(ability("efs.csi.aws.com", parameters).mind) is forced
