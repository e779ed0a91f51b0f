// The exceptions that souk throws at the program that uses it.
//
// A usage_error says what was written and what to write instead. Thrown inside a handler it crashes
// that process alone, as any exception does (CRA-1).
#pragma once

#include <souk/export.hpp>

#include <stdexcept>

namespace souk {

/// The program asked for something that has no meaning here.
class SOUK_EXPORT usage_error : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// A term is not what the program took it for, or would be larger than souk's limits allow.
class SOUK_EXPORT term_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace souk
