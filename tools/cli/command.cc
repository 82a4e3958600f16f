#include "command.h"

namespace assay::cli {

std::vector<Command> commands() {
  return {verify_command(), audit_command(),  report_command(), inspect_command(),
          mint_command(),   keygen_command(), bench_command()};
}

}  // namespace assay::cli
