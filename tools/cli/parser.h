// From the table of flags to CLI11: the only units that know CLI11 are this one and main.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string_view>

#include "arguments.h"

namespace assay::cli {

// Adds the flags of a command to its app. Parsing puts their values into `arguments`, which must outlive the app, and
// throws a CLI::ValidationError for a value that cannot be used. Values are taken exactly as given: empty ones, and
// "[a,b]", which CLI11 would take for a list.
void add_flags(CLI::App& app, std::string_view command, Arguments& arguments);

// Two columns, with descriptions folded to the width of a page.
std::shared_ptr<CLI::FormatterBase> help_format();

}  // namespace assay::cli
