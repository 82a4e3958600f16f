// Shell completion, made of the table of flags and the list of commands.
#pragma once

#include <string>

#include "arguments.h"

namespace assay::cli {

// A script for this shell. It completes commands, flags, the values of flags that have a few, and the names of files.
// It needs nothing but the shell, and does not run assay.
std::string completion_script(Shell shell);

}  // namespace assay::cli
