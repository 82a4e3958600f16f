// The commands of the program, one file each.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"

namespace assay::cli {

struct Command {
  const char* name;
  const char* summary;  // one line for --help
  std::string footer;   // examples, exit codes
  // Returns the exit code: 0 all accepted, 1 finished with a rejection, 2 could not start or finish, 128 + N ended by
  // signal N.
  int (*run)(Arguments& arguments);
};

Command verify_command();
Command audit_command();
Command inspect_command();
Command mint_command();
Command keygen_command();
Command report_command();
Command bench_command();

// All of them, in the order of --help.
std::vector<Command> commands();

}  // namespace assay::cli
