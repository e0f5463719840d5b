# Reads what strace -f wrote of a bot's reads, writes and syncs, and counts the acks, those of them
# that left after a sync which had begun behind their request, and the syncs. strace lists calls in
# the order in which they begin, and the ends of those that were interrupted by other threads'.
/ (fsync|fdatasync)\(/ {
    begun[$1] = NR
}
/ (fsync|fdatasync)\(.*= 0$/ || /<\.\.\. (fsync|fdatasync) resumed>.*= 0$/ {
    synced = begun[$1] > synced ? begun[$1] : synced
    syncs++
}
/ (read|write)\([0-9]+,/ {
    split($2, call, /[(,]/)
    fd[$1] = call[2]
}
/ read\([0-9]+, "POST / || /<\.\.\. read resumed>"POST / {
    asked[fd[$1]] = NR
}
/ write\([0-9]+, "HTTP\/1.1 200/ {
    acks++
    good += synced > asked[fd[$1]]
}
END {
    printf "acks=%d after=%d syncs=%d\n", acks, good, syncs
}
