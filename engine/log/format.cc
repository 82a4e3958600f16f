#include "log/format.h"

namespace assay::log {

void FileFormat::events(std::string_view, base::Arena&, std::vector<Event>&) const {}

std::shared_ptr<const FileFormat> FileFormat::after_directive(std::string_view) const { return nullptr; }

}  // namespace assay::log
