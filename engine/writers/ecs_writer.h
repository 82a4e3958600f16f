// The output format ecs: an event of the Elastic Common Schema a line, as JSON, for each verdict.
//
// Each token that was judged is one authentication: event.category "authentication", event.type "start". What ECS has
// a field for stands there; all else stands under "assay". What is not known is left out; nothing is null. Names that
// tokens and records choose never become names of fields, so the number of fields is bounded, except under
// "assay.carry", where the user names them. data/ecs/fields.json holds the fields that are used, with their
// types and allowed values, taken from the reference of kEcsVersion.
#pragma once

#include <memory>
#include <string_view>

#include "writers/writer.h"

namespace assay::writers {

// The release of the schema that events follow: github.com/elastic/ecs, generated/ecs/ecs_flat.yml.
inline constexpr std::string_view kEcsVersion = "9.4.0";

// event.outcome of a verdict: "success" if the token is accepted, "failure" if it is rejected, and "unknown" if there
// was no signed token, or not the whole of it, or no time to judge it at.
std::string_view ecs_outcome(ReasonSet reasons) noexcept;

std::unique_ptr<VerdictWriter> make_ecs_writer(const VerdictWriter::Options& options);

}  // namespace assay::writers
