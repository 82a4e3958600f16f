// verify_stream of assay/stream.h: checks the options, opens the output and runs the pipeline.
#include <oneapi/tbb/info.h>

#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "assay/stream.h"
#include "base/record_time.h"
#include "codec/json.h"
#include "input/list.h"
#include "stream/checkpoint.h"
#include "stream/outputs.h"
#include "stream/pipeline.h"

namespace assay {
namespace {

Result<void> check_pointer(const std::string& pointer, const char* field) {
  if (codec::is_json_pointer(pointer)) return {};
  return Error{"cannot read '" + pointer + "' as a JSON pointer (RFC 6901); begin it with '/', such as /request/token",
               field};
}

Result<void> check_options(const StreamOptions& options) {
  if (Result<void> ok = check_pointer(options.token_field, "token_field"); !ok) return ok;
  if (Result<void> ok = check_pointer(options.time_field, "time_field"); !ok) return ok;
  for (const std::string& pointer : options.carry) {
    if (Result<void> ok = check_pointer(pointer, "carry"); !ok) return ok;
  }
  if (options.at_record && options.input == InputFormat::lines)
    return Error{"lines hold no time; give records of NDJSON, or one time for all", "at_record"};
  return {};
}

}  // namespace

Result<StreamResult> verify_stream(const JwtVerifier& verifier, const StreamOptions& options) try {
  if (Result<void> ok = check_options(options); !ok) return ok.error();
  Result<std::vector<input::ListedInput>> inputs = input::list_inputs(options.inputs);
  if (!inputs) return inputs.error();
  stream::skip_outputs(options, *inputs);
  Result<base::TimeReader> times = base::TimeReader::create(options.time_format, options.time_zone);
  if (!times) return times.error();
  Result<std::unique_ptr<stream::Checkpointer>> checkpointer = stream::Checkpointer::create(options, "verify", *inputs);
  if (!checkpointer) return checkpointer.error();
  stream::Outputs outputs;
  const stream::Checkpoint* from = *checkpointer != nullptr ? (*checkpointer)->from() : nullptr;
  if (Result<void> opened = stream::open_outputs(options, *inputs, from, outputs); !opened) {
    if (opened.error().field != "stopped") return opened.error();
    return stream::stopped_early(options, outputs);
  }
  const int threads = options.threads > 0 ? options.threads : oneapi::tbb::info::default_concurrency();
  return stream::Pipeline(verifier.engine(), options, *inputs, std::move(*times), std::move(outputs),
                          checkpointer->get(), threads)
      .run();
} catch (const std::bad_alloc&) {
  return Error{"not enough memory for so many threads; use fewer", "threads"};
}

}  // namespace assay
