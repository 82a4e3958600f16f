// audit_logs of assay/audit.h: checks the options, looks at the inputs, opens the outputs and runs the pipeline.
#include <oneapi/tbb/info.h>

#include <atomic>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/audit.h"
#include "audit/audit_state.h"
#include "audit/first_block.h"
#include "audit/log_pipeline.h"
#include "audit/same_content.h"
#include "audit/survey.h"
#include "codec/json.h"
#include "input/list.h"
#include "stream/checkpoint.h"
#include "stream/outputs.h"

namespace assay {
namespace {

using input::ListedInput;

// Faults and remarks on inputs that the run does not read, and pairs of inputs with the same content.
struct Unread {
  std::vector<InputFault> faults;
  std::vector<InputFault> remarks;
  std::vector<std::pair<std::string, std::string>> repeated;
};

// Returns the inputs that are to be read, each content once.
std::vector<ListedInput> choose(std::vector<ListedInput> listed, const std::atomic<int>* stop, Unread& unread) {
  std::vector<ListedInput> ready;
  for (ListedInput& input : listed) {
    if (input.state == ListedInput::State::unreadable) {
      unread.faults.push_back({input.path, input.message});
    } else if (input.state == ListedInput::State::skipped) {
      unread.remarks.push_back({input.path, input.message});
    } else {
      ready.push_back(std::move(input));
    }
  }
  std::vector<ListedInput> chosen;
  const std::vector<std::size_t> same = audit::same_content(ready, stop);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (same[i] == i) {
      chosen.push_back(ready[i]);
    } else {
      unread.repeated.emplace_back(ready[i].path, ready[same[i]].path);
    }
  }
  return chosen;
}

// Learns the formats of the files. Standard input and pipes are learnt when their first block is there.
Result<void> look_at(const std::vector<ListedInput>& inputs, bool at_lines, const std::atomic<int>* stop,
                     audit::Logs& logs) {
  std::optional<Error> need;
  std::size_t needing = 0;
  for (const ListedInput& input : inputs) {
    logs.inputs.push_back(input.path);
    audit::FileSurvey& file = logs.files.emplace_back();
    if (!input.is_regular || (stop != nullptr && stop->load() != 0)) continue;
    const Result<input::Block> block = audit::first_block(input.path, stop);
    if (!block) return block.error();
    Result<audit::FileSurvey> learnt = logs.survey.learn(input.path, block->text, input.modified);
    if (!learnt) return learnt.error();
    file = std::move(*learnt);
    const std::optional<Error> file_need = at_lines ? audit::Survey::need_of(file) : std::nullopt;
    if (!file_need || ++needing > 1) continue;
    need = file_need;
    need->message = input.path + ": " + need->message;
  }
  if (std::optional<Error> idle = logs.survey.idle_rule(logs.inputs)) return *idle;
  if (!need) return {};
  if (needing > 1) need->message += " (" + std::to_string(needing) + " files need that)";
  return *need;
}

Result<void> check_pointers(const StreamOptions& options) {
  for (const std::string& pointer : options.carry) {
    if (!codec::is_json_pointer(pointer))
      return Error{"cannot read '" + pointer + "' as a JSON pointer (RFC 6901); begin it with '/', such as /request/id",
                   "carry"};
  }
  return {};
}

}  // namespace

Result<AuditResult> audit_logs(const JwtVerifier& verifier, const StreamOptions& options, const LogOptions& logs) try {
  if (Result<void> ok = check_pointers(options); !ok) return ok.error();
  Result<audit::Survey> survey = audit::Survey::create(logs);
  if (!survey) return survey.error();
  Result<std::vector<ListedInput>> listed = input::list_inputs(options.inputs);
  if (!listed) return listed.error();
  stream::skip_outputs(options, *listed);
  Unread unread;
  const std::vector<ListedInput> inputs = choose(std::move(*listed), options.stop, unread);
  audit::Logs read{.survey = std::move(*survey),
                   .inputs = {},
                   .files = {},
                   .unreadable = unread.faults,
                   .repeated = unread.repeated};
  if (Result<void> ok = look_at(inputs, !options.at, options.stop, read); !ok) return ok.error();

  Result<std::unique_ptr<stream::Checkpointer>> checkpointer = stream::Checkpointer::create(options, "audit", inputs);
  if (!checkpointer) return checkpointer.error();
  const stream::Checkpoint* from = *checkpointer != nullptr ? (*checkpointer)->from() : nullptr;
  std::optional<audit::AuditState> state =
      from == nullptr ? audit::AuditState() : audit::audit_state_from_json(from->own);
  if (!state || (from != nullptr && state->tokens.size() != inputs.size()))
    return Error{options.checkpoint + ": not a whole checkpoint; remove it to begin anew", "checkpoint"};
  stream::Outputs outputs;
  if (Result<void> opened = stream::open_outputs(options, inputs, from, outputs); !opened) {
    if (opened.error().field != "stopped") return opened.error();
    AuditResult stopped;
    stopped.run = stream::stopped_early(options, outputs);
    return stopped;
  }
  const int threads = options.threads > 0 ? options.threads : oneapi::tbb::info::default_concurrency();
  Result<AuditResult> result = audit::LogPipeline(verifier.engine(), options, read, std::move(outputs),
                                                  checkpointer->get(), std::move(*state), threads)
                                   .run();
  if (!result) return result;
  result->repeated = std::move(unread.repeated);
  result->run.faults.insert(result->run.faults.begin(), unread.faults.begin(), unread.faults.end());
  result->run.remarks.insert(result->run.remarks.begin(), unread.remarks.begin(), unread.remarks.end());
  return result;
} catch (const std::bad_alloc&) {
  return Error{"not enough memory for so many threads; use fewer", "threads"};
}

}  // namespace assay
