// FastMCP's AccessTokens, made where the tokens are judged: for assay.fastmcp.
#pragma once

#include <nanobind/nanobind.h>

namespace assay::python {

// Defines Granter.
void bind_granter(nanobind::module_& module);

}  // namespace assay::python
