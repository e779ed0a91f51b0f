#include "vm/c_api/error.hpp"

#include <souk/text.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace souk::c_api {
namespace {

struct last_error {
  souk_status status = SOUK_OK;
  std::array<char, 512> message{};
};
thread_local constinit last_error of_thread;

/// Cut off where the room ends.
souk_status note(souk_status status, const char* message) noexcept {
  const std::size_t size = std::min(std::strlen(message), of_thread.message.size() - 1);
  std::memmove(of_thread.message.data(), message, size);  // it may be the one of before
  of_thread.message.at(size) = '\0';
  return of_thread.status = status;
}

}  // namespace

souk_status note_exception() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc& e) {
    return note(SOUK_ERROR_MEMORY, e.what());
  } catch (const usage_error& e) {
    return note(SOUK_ERROR_USAGE, e.what());
  } catch (const term_error& e) {
    return note(SOUK_ERROR_TERM, e.what());
  } catch (const syntax_error& e) {
    return note(SOUK_ERROR_TERM, e.what());
  } catch (const std::exception& e) {
    return note(SOUK_ERROR_FAILED, e.what());
  } catch (...) {
    return note(SOUK_ERROR_FAILED, "an exception that is not a std::exception");
  }
}

void forget_error() noexcept { (void)note(SOUK_OK, ""); }

}  // namespace souk::c_api

souk_status souk_error() { return souk::c_api::of_thread.status; }
const char* souk_error_message() { return souk::c_api::of_thread.message.data(); }
souk_status souk_fail(const char* message) {
  return souk::c_api::note(SOUK_ERROR_FAILED, message == nullptr ? "" : message);
}
