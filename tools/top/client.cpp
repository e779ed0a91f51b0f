#include "tools/top/client.hpp"

#include <httplib.h>

#include <stdexcept>

namespace souk::tool {
namespace {

using json = nlohmann::ordered_json;

[[noreturn]] void fail(const std::string& address, const httplib::Result& answer) {
  if (!answer)
    throw std::runtime_error{"souk top: " + address + " does not answer (" +
                             httplib::to_string(answer.error()) + "): has the program ended?"};
  if (answer->status == 403)
    throw std::runtime_error{"souk top: " + address +
                             " refuses: give the whole URL that the program printed"};
  throw std::runtime_error{"souk top: " + address + " answers " + std::to_string(answer->status) +
                           ": " + answer->body};
}

}  // namespace

inspector_client::inspector_client(const std::string& url) {
  const std::string scheme = "http://";
  const auto end = url.find('/', scheme.size());
  const std::string mark = "token=";
  const auto token = url.find(mark);
  if (!url.starts_with(scheme) || end == std::string::npos || token == std::string::npos)
    throw std::runtime_error{"souk top: not the URL of an inspector: " + url +
                             "; it looks like http://127.0.0.1:PORT/?token=..."};
  address_ = url.substr(0, end);
  token_ = url.substr(token + mark.size());
}

std::string inspector_client::path(const std::string& name) const {
  return "/" + name + "?token=" + token_;
}

json inspector_client::view() const {
  httplib::Client http{address_};
  const auto answer = http.Get(path("view"));
  if (!answer || answer->status != 200) fail(address_, answer);
  return json::parse(answer->body);
}

void inspector_client::views(const std::function<bool(const json&)>& show) const {
  httplib::Client http{address_};
  std::string arrived;
  bool goes_on = true;
  int status = 0;
  const auto answer = http.Get(
      path("events"),
      [&](const httplib::Response& head) {
        status = head.status;
        return status == 200;
      },
      [&](const char* data, std::size_t size) {
        arrived.append(data, size);
        for (auto end = arrived.find("\n\n"); goes_on && end != std::string::npos;
             end = arrived.find("\n\n")) {
          const std::string before = "data: ";
          goes_on = show(json::parse(arrived.substr(before.size(), end - before.size())));
          arrived.erase(0, end + 2);
        }
        return goes_on;
      });
  if (!goes_on) return;
  if (status == 200) return;  // the program has ended
  if (status == 403) (void)view();
  fail(address_, answer);
}

bool inspector_client::kill(const std::string& pid, const std::string& reason) const {
  httplib::Client http{address_};
  const auto answer = http.Post(path("kill"), httplib::Params{{"pid", pid}, {"reason", reason}});
  if (answer && answer->status == 404) return false;
  if (!answer || answer->status != 200) fail(address_, answer);
  return true;
}

}  // namespace souk::tool
