//go:build tools

// Package tools names the program that the test bed builds, so that go.sum covers all it needs.
package tools

import _ "sigs.k8s.io/kustomize/kustomize/v5"
