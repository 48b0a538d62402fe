module sextant/lab/images/lite

go 1.21
