#include <souk/detail/state_box.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace souk::detail {
namespace {

std::string readable(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free};
  return status == 0 ? name.get() : type.name();
}

}  // namespace

void refuse_state(const std::type_info& actual, const std::type_info& wanted) {
  throw usage_error{"the state of this process is a " + readable(actual) +
                    ", but this handler takes or returns a " + readable(wanted) +
                    ": let both name the type that the process starts with, as in "
                    "spawn([] { return transition(" +
                    readable(wanted) + "{...}, ...); })"};
}

}  // namespace souk::detail
