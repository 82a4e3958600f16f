// assay._core: the engine for Python. The package assay gives it its face.
#include <nanobind/nanobind.h>

#include <nanobind/stl/string.h>

#include "arrow.h"
#include "assay/version.h"
#include "audit.h"
#include "grant.h"
#include "keys.h"
#include "summary.h"
#include "verdict.h"
#include "verifier.h"

NB_MODULE(_core, module) {
  // A verifier that a module holds until the interpreter ends, such as that of a server, is no leak to warn of.
  nanobind::set_leak_warnings(false);
  module.doc() = "The engine of assay. Use the package assay.";
  module.attr("__version__") = assay::kVersion;
  module.def("build_description", assay::build_description,
             "Several lines for a person: version, compiler, OpenSSL, CPU features, backend.");
  assay::python::bind_verdict(module);
  assay::python::bind_verifiers(module);
  assay::python::bind_arrow(module);
  assay::python::bind_keys(module);
  assay::python::bind_audit(module);
  assay::python::bind_summary(module);
  assay::python::bind_granter(module);
}
