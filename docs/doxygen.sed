# What Doxygen reads in the place of a header. A comment behind a member, an enumerator or a macro
# documents it; the table of error codes is the enumeration that it is used for.
/^enum slack_error {$/d
/SLACK_ERROR_ENUM/d
s|\([;,]\) */\* |\1 /**< |
s|^\(    SLACK_[A-Z_]*\( = [0-9]*\)*\) */\* |\1 /**< |
s|^\(#define SLACK_[A-Z_]* .*\) /\* |\1 /**< |
s|^#define SLACK_ERROR_MAP(X).*|enum slack_error {|
s|^ *X(\(SLACK_E[A-Z]*\), \(-[0-9]*\), "\(.*\)").*|    \1 = \2, /**< \3 */|
