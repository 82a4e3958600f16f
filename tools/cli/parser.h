// From the table of flags to CLI11: the only units that know CLI11 are this one and main.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "arguments.h"

namespace assay::cli {

// Adds the flags of a command to its app. Parsing puts their values into `arguments`, which must outlive the app, and
// throws a CLI::ValidationError for a value that cannot be used. Values are taken exactly as given: empty ones, and
// "[a,b]", which CLI11 would take for a list.
void add_flags(CLI::App& app, std::string_view command, Arguments& arguments);

// Makes the program of an empty app: every command with its flags, and the way that --help is printed. Parsing runs the
// command that was chosen and leaves its exit code.
void build_program(CLI::App& program, Arguments& arguments, int& exit_code);

// The help of the command that was chosen, or of the program.
std::string help_of(const CLI::App& program);

}  // namespace assay::cli
