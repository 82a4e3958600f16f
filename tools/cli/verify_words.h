// Explains whole inputs to the user of assay verify: what is wrong with one, and what its rejected tokens share.
#pragma once

#include <string>

#include "arguments.h"
#include "assay/stream.h"

namespace assay::cli {

// Says what is wrong with an input, and how to mend it: one line, with commands to copy.
std::string input_note_text(const InputNote& input_note, const Arguments& arguments);

// Lines for the summary on what many rejected tokens have in common; empty if there is nothing to say.
std::string diagnosis_text(const StreamResult& result);

}  // namespace assay::cli
