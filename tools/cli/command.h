// One file a command; each adds its flags to the program and leaves an exit code when it ran.
#pragma once

#include <CLI/CLI.hpp>

namespace assay::cli {

// Exit codes: 0 all accepted, 1 finished with a rejection, 2 could not start or finish.
void add_verify(CLI::App& program, int& exit_code);
void add_inspect(CLI::App& program, int& exit_code);
void add_mint(CLI::App& program, int& exit_code);
void add_keygen(CLI::App& program, int& exit_code);
void add_bench(CLI::App& program, int& exit_code);

// Prints "assay: MESSAGE" as one line on stderr and returns 2.
int fail(const std::string& message);

}  // namespace assay::cli
