#include "tools/compare/report.hpp"

#include <stdexcept>
#include <string_view>

#include "souk_report_parts.hpp"  // written by the build, see embed.cmake

namespace souk::tool {
namespace {

void fill(std::string& page, std::string_view place, std::string_view content) {
  const std::size_t at = page.find(place);
  if (at == std::string::npos)
    throw std::logic_error{"report.html has no place " + std::string{place}};
  page.replace(at, place.size(), content);
}

/// As it may stand in a script: "</script>" in a text would end it.
std::string in_script(const nlohmann::ordered_json& results) {
  std::string text = results.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find("</", at)) != std::string::npos; at += 3)
    text.replace(at, 2, "<\\/");
  for (std::size_t at = 0; (at = text.find("<!--", at)) != std::string::npos; at += 6)
    text.replace(at, 4, "\\u003c!--");
  return text;
}

}  // namespace

std::string report_of(const nlohmann::ordered_json& results) {
  std::string page{report_parts::page};
  fill(page, "/*{style}*/", report_parts::style);
  fill(page, "/*{scripts}*/", report_parts::scripts);
  fill(page, "{data}", in_script(results));
  return page;
}

}  // namespace souk::tool
