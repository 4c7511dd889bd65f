"""Values for the practice chart: some that it takes, some that it refuses."""

import yaml

_HOST = "global: {database: {host: db.example.edu}}"

GOOD: dict[str, str] = {
    "defaults and the host": _HOST,
    "prepull": """
        global: {database: {host: db}, kubectl: "1.34"}
        manage:
          prepull: {enabled: true}
          project: {dedicatedProjectNodesLabel: pool=projects, dedicatedProjectNodesTaint: mine, tag: "2024"}
    """,
    "metrics shown, no class": """
        global:
          database: {host: db}
          networkingConfiguration: {hideMetrics: false}
          ingress: {className: ""}
    """,
    "claims of one's own": """
        global:
          database: {host: db}
          storage: {data: {claimName: a}, software: {claimName: b}}
        storage: {create: false}
    """,
    "claims of the chart": """
        global: {database: {host: db}}
        storage: {create: true, class: nfs-client, size: {data: 1Ti, software: 20Gi}}
    """,
    "TLS and domain": """
        global:
          database: {host: db}
          settings: {dns: "http://cocalc.example.edu:8080"}
          ingress: {tls: {secretName: cocalc-tls, issuer: letsencrypt}}
    """,
    "TLS without domain": """
        global: {database: {host: db}, ingress: {tls: {secretName: cocalc-tls}}}
    """,
    "SSH gateway": """
        global: {database: {host: db}}
        ssh-gateway: {enabled: true, recent_projects: "2 weeks", loop_delay_secs: 5}
    """,
    "settings": """
        global:
          database: {host: 10.0.0.5, port: 6432, user: me, name: "no", sslmode: verify-full, secretName: pw}
          shared_files_path: /shares/[project_id]
          imagePullSecrets: [{name: one}, {name: two}]
          imageRegistry: registry.example.edu/cocalc
          settings:
            site_name: "Ünï \\"quoted\\" & <b>"
            email_enabled: "yes"
            help_email: help@example.edu
            email_smtp_port: "587"
            default_quotas: {internet: true, mem: 1000000, cpu: 1.0, cpu_oc: 2.5}
            index_info_html: |
              # Hello
              <p>two lines</p>
            theming: null
            of_our_own: "1e3"
    """,
    "first administrator": """
        global:
          database: {host: db}
          setup_admin: {email: admin@example.edu, password: "pä$$ w0rd", name: Ada Lovelace}
          setup_registration_token: "12345"
    """,
    "sign-on and software": """
        global:
          database: {host: db}
          sso: {uni: {conf: {type: oidc, clientID: "<x&y>"}, info: {public: true, cookie_ttl_s: 86400000}}}
          software: {default: one, environments: {one: {title: One, tag: "1", order: 1.50}}}
    """,
    "replicas, resources, Conat on a disk": """
        global: {database: {host: db}, datastore: {enabled: true}}
        hub:
          debug: "cocalc:*"
          multiple_replicas: {conat-api: 6, proxy: 0}
          resources: {requests: {cpu: 1}, limits: {memory: 4Gi}}
          deleteProjectsIntervalH: 0.5
          image: {tag: "9"}
          persist: {backend: disk, storageClass: fast, size: 200Gi, replicas: 4}
        static: {replicas: 3}
        manage:
          debug: "*"
          project: {fixPermissionsInit: true, serviceAccountName: project, debug: "x:*"}
          timeout_pending_projects_min: 1000000
          mem_request_adjustment: {lim: 1, pct: 2}
        networkPolicy:
          allowProjectEgress:
          - {to: [{ipBlock: {cidr: 10.1.0.0/16}}], ports: [{port: 443, protocol: TCP}]}
    """,
    "keys of one's own, and none": """
        global:
          database: {host: db, port: null}
          settings: {dns: null, site_name: null}
          shared_files_path: null
          imagePullSecrets: []
          own: {a: null}
        mine: {a: [1, null]}
        hub: {own: null, persist: {own: null}, image: {own: null}}
        static: {image: {name: files}}
        storage: {class: null, size: {data: 1.5Ti}, own: null}
        ssh-gateway: {enabled: true, own: null, recent_projects: null}
    """,
}

BAD: dict[str, str] = {
    "a bare yes": "global: {settings: {email_enabled: yes}}",
    "the text true": 'global: {settings: {email_enabled: "true"}}',
    "a bare number": "global: {settings: {email_smtp_port: 465}}",
    "an unknown setting that is not text": "global: {settings: {of_our_own: true}}",
    "an unknown backend": 'global: {settings: {email_backend: "mail"}}',
    "an empty address": 'global: {settings: {help_email: ""}}',
    "a domain with a path": 'global: {settings: {dns: "https://example.edu/cocalc"}}',
    "a port as text": 'global: {database: {port: "5432"}}',
    "a port too high": "global: {database: {port: 65536}}",
    "a TLS mode that is none": "global: {database: {sslmode: sometimes}}",
    "a switch as text": 'storage: {create: "false"}',
    "a size": "storage: {size: {data: ten}}",
    "pull secrets as texts": "global: {imagePullSecrets: [regcred]}",
    "a sub-chart's type": "hub: {persist: {backend: tape}}",
    "replicas": "hub: {multiple_replicas: {proxy: two}}",
    "a block that is text": "manage: {project: latest}",
    "a long password": f"global: {{setup_admin: {{password: {'x' * 65}}}}}",
    "a provider's reserved name": "global: {sso: {try: {conf: {type: oidc}}}}",
    "a sub-chart that is text": "manage: none",
    "a global that is a list": "global: []",
    "egress that is no rule": "networkPolicy: {allowProjectEgress: [10.0.0.0/8]}",
}


def parsed(text: str) -> dict[str, object]:
    """The values of one case."""
    values: dict[str, object] = yaml.safe_load(text)
    return values
