package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const ticksPerSecond = 100

// spent is CPU and wall time, in seconds.
type spent struct{ cpu, wall float64 }

func spentBy(pid int) spent {
	now := spent{wall: float64(time.Now().UnixNano()) / 1e9}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return now
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	now.cpu = (user + system) / ticksPerSecond
	return now
}

func (s spent) since(before spent) spent {
	return spent{cpu: s.cpu - before.cpu, wall: s.wall - before.wall}
}

// status is a number of /proc/PID/status.
func status(pid int, name string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, name+":") {
			return strconv.ParseInt(strings.Fields(line)[1], 10, 64)
		}
	}
	return 0, fmt.Errorf("no %s", name)
}
