// Runs the built `immp` as a person or a script would.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace immp::test {

struct Ran {
    int status = -1;  ///< exit status; -1: killed after the deadline
    std::string out;
    std::string err;
    std::string terminal;  ///< what it showed, where somebody typed
};

/// What somebody types at the terminal when it shows this.
struct Typed {
    std::string question;
    std::string answer;
};

/// `home` becomes IMMP_HOME; runs in `folder`, where it also looks for programs first, without a terminal,
/// but where somebody types, and a desktop, but for what `more` says. The program must have ended after 30
/// seconds.
using Environment = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Ran run_immp(const std::vector<std::string>& arguments, const std::string& input,
                           const std::string& home, const std::string& folder, const Environment& more = {},
                           const std::vector<Typed>& typed = {});

/// A line of a dialog as a shell would cut it: blanks, "..." keep together.
[[nodiscard]] std::vector<std::string> split_words(const std::string& line);

}  // namespace immp::test
