#include <souk/detail/bindings.hpp>

namespace souk::detail {

constinit thread_local bound_code code_of_thread{};

}  // namespace souk::detail
