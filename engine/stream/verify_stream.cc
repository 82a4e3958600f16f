// verify_stream of assay/stream.h: checks the options, opens the output and runs the pipeline.
#include <oneapi/tbb/info.h>

#include <new>
#include <optional>
#include <string>
#include <utility>

#include "assay/stream.h"
#include "base/output_file.h"
#include "codec/json.h"
#include "stream/pipeline.h"
#include "stream/source.h"

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
  if (options.at_record && options.input == InputFormat::lines) return stream::lines_have_no_time();
  return {};
}

}  // namespace

Result<StreamResult> verify_stream(const JwtVerifier& verifier, const StreamOptions& options) try {
  if (Result<void> ok = check_options(options); !ok) return ok.error();
  if (Result<void> ok = stream::Source(options.inputs, {}).check(); !ok) return ok.error();
  std::optional<base::OutputFile> output;
  if (options.format != OutputFormat::none) {
    base::OutputFile::Options file;
    if (options.emit_token) file.mode = base::OutputFile::kOwnerOnly;
    Result<base::OutputFile> opened = base::OutputFile::open(options.output, file);
    if (!opened) return opened.error();
    output.emplace(std::move(*opened));
  }
  const int threads = options.threads > 0 ? options.threads : oneapi::tbb::info::default_concurrency();
  return stream::Pipeline(verifier.engine(), options, std::move(output), threads).run();
} catch (const std::bad_alloc&) {
  return Error{"not enough memory for so many threads; use fewer", "threads"};
}

}  // namespace assay
