"""What the known provisioners of storage can do: ReadWriteMany with owners of files, or not.

Sources are each driver's own documentation and the table of access modes in the documentation of
Kubernetes ("Persistent Volumes"). A provisioner that is not listed here is not known, never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Ability:
    """What a class can do. `rwx` is None where it is not known.

    `what` names the storage. `flaw` tells why CoCalc cannot use it although several nodes can mount it;
    `mind` is what to know about one that it can use.
    """

    rwx: bool | None
    what: str
    flaw: str = ""
    mind: str = ""

    @property
    def fits(self) -> bool | None:
        """Whether CoCalc can keep its files there."""
        return False if self.flaw else self.rwx


ONE_NODE = "Its directories lie on one machine: several nodes only share them if they are that machine."
SMB = "over SMB files have no owners of their own, and projects run as UID 2001"
OBJECTS = "objects are not files: neither owners nor changes in the middle of a file are possible"
NFS_ROOT = "The server must let root keep its rights (no_root_squash), for fix_permissions to work."

_DISKS = {
    "pd.csi.storage.gke.io": "Persistent Disk",
    "kubernetes.io/gce-pd": "Persistent Disk",
    "ebs.csi.aws.com": "Elastic Block Store",
    "ebs.csi.eks.amazonaws.com": "Elastic Block Store",
    "kubernetes.io/aws-ebs": "Elastic Block Store",
    "disk.csi.azure.com": "Azure Disk",
    "kubernetes.io/azure-disk": "Azure Disk",
    "cinder.csi.openstack.org": "OpenStack Cinder",
    "kubernetes.io/cinder": "OpenStack Cinder",
    "dobs.csi.digitalocean.com": "DigitalOcean volume",
    "linodebs.csi.linode.com": "Linode volume",
    "csi.hetzner.cloud": "Hetzner volume",
    "kubernetes.io/vsphere-volume": "vSphere disk",
    "*rbd.csi.ceph.com": "Ceph block device",
    "kubernetes.io/rbd": "Ceph block device",
    "rancher.io/local-path": "directory of one node",
    "openebs.io/local": "directory of one node",
    "local.csi.openebs.io": "LVM of one node",
    "zfs.csi.openebs.io": "ZFS of one node",
    "cstor.csi.openebs.io": "OpenEBS cStor",
    "io.openebs.csi-mayastor": "OpenEBS Mayastor",
    "topolvm.io": "LVM of one node",
    "topolvm.cybozu.com": "LVM of one node",
    "linstor.csi.linbit.com": "LINSTOR block device",
}
_SHARED = {
    "filestore.csi.storage.gke.io": ("Filestore", ""),
    "fsx.csi.aws.com": ("FSx for Lustre", ""),
    "fsx.openzfs.csi.aws.com": ("FSx for OpenZFS", NFS_ROOT),
    "nfs.csi.k8s.io": ("NFS server", NFS_ROOT),
    "*nfs-subdir-external-provisioner": ("NFS server", NFS_ROOT),
    "*nfs-client*": ("NFS server", NFS_ROOT),
    "*nfs-server-provisioner": ("NFS in the cluster", "Without persistence its data is lost with its pod."),
    "*nfs-ganesha*": ("NFS in the cluster", "Without persistence its data is lost with its pod."),
    "example.com/nfs": ("NFS server", NFS_ROOT),
    "*cephfs.csi.ceph.com": ("CephFS", ""),
    "kubernetes.io/cephfs": ("CephFS", ""),
    "kubernetes.io/glusterfs": ("GlusterFS", ""),
    "nfs.manila.csi.openstack.org": ("OpenStack Manila", NFS_ROOT),
    "openebs.io/nfsrwx": ("OpenEBS NFS", ""),
    "csi.juicefs.com": ("JuiceFS", ""),
    "beegfs.csi.netapp.com": ("BeeGFS", ""),
    "csi.weka.io": ("WekaFS", ""),
    "spectrumscale.csi.ibm.com": ("Storage Scale", ""),
    "csi-isilon.dellemc.com": ("PowerScale", NFS_ROOT),
    "k8s.io/minikube-hostpath": ("directory of one node", ONE_NODE),
    "docker.io/hostpath": ("directory of one node", ONE_NODE),
    "microk8s.io/hostpath": ("directory of one node", ONE_NODE),
    "kubernetes.io/host-path": ("directory of one node", ONE_NODE),
    "hostpath.csi.k8s.io": ("directory of one node", ONE_NODE),
}
_UNFIT = {
    "smb.csi.k8s.io": ("SMB server", SMB),
    "s3.csi.aws.com": ("S3 bucket", OBJECTS),
    "gcsfuse.csi.storage.gke.io": ("Cloud Storage bucket", OBJECTS),
    "ru.yandex.s3.csi": ("S3 bucket", OBJECTS),
}


def ability(provisioner: str, parameters: Mapping[str, str] | None = None) -> Ability:
    """What a StorageClass of this provisioner and these parameters can do."""
    given = {key.lower(): str(value).lower() for key, value in (parameters or {}).items()}
    special = _by_parameters(provisioner, given)
    if special:
        return special
    for pattern, what in _DISKS.items():
        if fnmatchcase(provisioner, pattern):
            return Ability(False, what)
    for pattern, (what, mind) in _SHARED.items():
        if fnmatchcase(provisioner, pattern):
            return Ability(True, what, mind=mind)
    for pattern, (what, flaw) in _UNFIT.items():
        if fnmatchcase(provisioner, pattern):
            return Ability(True, what, flaw=flaw)
    return Ability(None, f"provisioner {provisioner}")


def _by_parameters(provisioner: str, given: Mapping[str, str]) -> Ability | None:
    """Provisioners whose parameters decide."""
    match provisioner:
        case "file.csi.azure.com":
            if given.get("protocol") == "nfs":
                squash = given.get("rootsquashtype", "norootsquash")
                return Ability(
                    True, "Azure Files over NFS", mind=NFS_ROOT if squash != "norootsquash" else ""
                )
            return Ability(True, "Azure Files over SMB", flaw=SMB)
        case "kubernetes.io/azure-file":
            return Ability(True, "Azure Files over SMB", flaw=SMB)
        case "blob.csi.azure.com":
            if given.get("protocol") == "nfs":
                return Ability(True, "Azure Blob over NFS")
            return Ability(True, "Azure Blob", flaw=OBJECTS)
        case "efs.csi.aws.com":
            return Ability(True, "Elastic File System", mind=_access_point(given))
        case "driver.longhorn.io":
            if given.get("migratable") == "true":
                return Ability(False, "Longhorn block device")
            return Ability(True, "Longhorn", mind="Every node needs an NFS 4 client for it.")
        case "pxd.portworx.com" | "kubernetes.io/portworx-volume":
            shared = "true" in (given.get("sharedv4"), given.get("shared"))
            return Ability(shared, "Portworx sharedv4" if shared else "Portworx block device")
        case "csi.trident.netapp.io":
            backend = given.get("backendtype", "")
            if not backend:
                return Ability(None, "Trident, backend not named")
            return Ability("nas" in backend or "files" in backend, f"Trident {backend}")
        case _:
            return None


def _access_point(given: Mapping[str, str]) -> str:
    """EFS access points give every file one owner: harmless only if that is UID and GID 2001."""
    if given.get("provisioningmode") != "efs-ap":
        return ""
    owner = given.get("uid", ""), given.get("gid", "")
    if owner == ("2001", "2001"):
        return ""
    told = f"{owner[0]}:{owner[1]}" if any(owner) else "an owner of the driver's choice"
    return f"Its access points give every file to {told}, and projects run as 2001:2001."


def forces_owner(provisioner: str, parameters: Mapping[str, str] | None = None) -> str:
    """Why files of this class cannot belong to UID 2001; empty where nothing forbids it."""
    if provisioner != "efs.csi.aws.com":
        return ""
    return _access_point({key.lower(): str(value).lower() for key, value in (parameters or {}).items()})
