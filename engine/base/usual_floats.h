// The floating-point environment that a program begins with: rounding to nearest, no exception raises a signal.
#pragma once

#include <cfenv>

namespace assay::base {

// This thread has that environment as long as the object lives; then it has its own again, flags included. For code
// that computes with doubles, calls a library that does, and must give every caller the same answer. About 0.1 µs.
class UsualFloats {
 public:
  UsualFloats() noexcept {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~UsualFloats() { std::fesetenv(&saved_); }
  UsualFloats(const UsualFloats&) = delete;
  UsualFloats& operator=(const UsualFloats&) = delete;

 private:
  std::fenv_t saved_;
};

}  // namespace assay::base
